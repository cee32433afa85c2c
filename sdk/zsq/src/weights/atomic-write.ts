import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { oneLine } from "./parse-json";

const HOST = hostname().replace(/[^A-Za-z0-9-]/g, "-");
const TEMPORARY = /\.([A-Za-z0-9-]*)\.(\d+)\.\d+\.tmp$/; // <file>.<machine>.<process>.<number>.tmp
const DAY_MS = 24 * 3600 * 1000;
let files = 0;

/**
 * Writes a file so that after a crash at any point it is the old one or the new one, whole: a temporary file in the
 * same folder, synced, then renamed. Folders that do not exist are made.
 *
 * - **data** – text (as UTF-8), bytes, or pieces of them one after another
 *
 * Throws one line that names the file if it cannot be written; the old file is then untouched and nothing is left beside it.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array | Iterable<Uint8Array>): void {
  const file = new AtomicFile(path);
  file.write(data);
  file.commit();
}

/** A file that is written piece by piece, and is there, whole, once it is committed; see writeFileAtomic, also for errors. */
export class AtomicFile {
  private readonly temporary: string;
  private file: number | null = null;

  constructor(readonly path: string) {
    this.temporary = temporaryName(path);
    this.attempt(() => {
      makeFolder(dirname(path));
      this.file = openSync(this.temporary, "wx");
    });
  }

  write(data: string | Uint8Array | Iterable<Uint8Array>): void {
    const pieces = typeof data === "string" ? [Buffer.from(data)] : data instanceof Uint8Array ? [data] : data;
    this.attempt(() => { for (const piece of pieces) writeAll(this.file!, piece); });
  }

  commit(): void {
    this.attempt(() => {
      fsyncSync(this.file!);
      this.close();
      renameSync(this.temporary, this.path);
    });
    syncFolder(dirname(this.path));
  }

  /** Leaves the old file as it is. */
  abandon(): void {
    try {
      this.close();
      rmSync(this.temporary, { force: true });
    } catch {
      // the next sweep removes it
    }
  }

  private attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.abandon();
      throw new Error(`writeFileAtomic: invalid ${this.path}: ${oneLine((error as Error).message)}; expected a file that can be written`);
    }
  }

  private close(): void {
    const { file } = this;
    this.file = null;
    if (file !== null) closeSync(file);
  }
}

/** A name beside a file that no other process uses, and that sweepTemporaries knows. */
export const temporaryName = (path: string): string => `${path}.${HOST}.${process.pid}.${files++}.tmp`;

/**
 * Removes what interrupted writes left in a folder: temporary files of processes that are gone, and whatever is older
 * than a day. Returns how many; a folder that does not exist has none.
 */
export function sweepTemporaries(folder: string): number {
  const left = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => {
    const [, host, pid] = TEMPORARY.exec(name) ?? [];
    return pid !== undefined && ((host === HOST && !isRunning(Number(pid))) || isStale(join(folder, name)));
  });
  for (const name of left) rmSync(join(folder, name), { force: true });
  return left.length;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing, but looks for the process
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

// ended, but its parent has not asked how: in containers, the first process may never do
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false; // not Linux
  }
}

function isStale(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > DAY_MS;
}

// Node's own recursive mkdir never returns below /proc
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // another process was first
  }
}

// a single write may take only a part
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
}

// so that the new name outlives a loss of power; not every system lets folders be opened
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // the file itself is synced
  }
}
