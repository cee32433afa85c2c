import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMainThread, threadId } from "node:worker_threads";

const SUFFIX = ".partial";

/** Writes a file so that it is there completely or not at all: to a temporary file beside it, which is then renamed. */
export async function writeAtomically(path: string, data: Uint8Array | string, { sync = true }: { sync?: boolean } = {}): Promise<void> {
  const temporary = `${path}.${process.pid}-${isMainThread ? 0 : threadId}${SUFFIX}`;
  await makeFolder(dirname(path));
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(data);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes a folder and those above it, where they are missing (mkdir's own `recursive` never ends on some file systems). */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    if (!(await isFolder(path))) throw error; // else another process was faster
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** The content of a file, or undefined if there is none. */
export async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Parses JSON, or returns undefined where there is none or it is damaged. */
export function parseIfValid(data: Buffer | undefined): unknown {
  try {
    return data && JSON.parse(data.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Removes the temporary files that an interrupted run left in a folder; those of processes still running stay. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await list(folder)) {
    const owner = /\.(\d+)-\d+\.partial$/.exec(name);
    if (owner && !isRunning(Number(owner[1]))) await rm(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The names in a folder, sorted; none if there is no such folder. */
export async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
