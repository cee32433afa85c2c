import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { sweepTemporaries, temporaryName } from "../weights/atomic-write";
import { isRunning, ownIdentity, type ProcessIdentity } from "./process-identity";

/** Who holds a lock. */
export interface LockOwner extends ProcessIdentity {
  /** when it was taken, ISO 8601 */
  since: string;
  /** tells one taking from all others */
  nonce: string;
}

/** A lock that is held; other processes see that it is for as long as it is not released. */
export interface Lock {
  owner: LockOwner;
  release(): void;
}

const BEAT_MS = 15_000;
/** A lock of another machine whose owner has been silent for so long is taken over. */
const SILENT_MS = 10 * 60_000;

/**
 * Takes a lock file for this process, or says who holds it. Exactly one of any number of processes gets it. A lock whose
 * process is gone is taken over at once; one of another machine, when that has given no sign of life for ten minutes.
 *
 * Works on shared file systems with atomic link and rename (local ones, NFS 3 and later). Throws LockedError if a living
 * process holds it, and one line if its folder cannot be written.
 */
export function acquireLock(path: string): Lock {
  const owner: LockOwner = { ...ownIdentity(), since: new Date().toISOString(), nonce: randomUUID() };
  try {
    mkdirSync(dirname(path), { recursive: true });
    const own = temporaryName(path);
    try {
      writeFileSync(own, JSON.stringify(owner), { flag: "wx" });
      take(path, own);
    } finally {
      remove(own);
    }
    sweep(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new Error(`lock: invalid ${path}: ${(error as Error).message.split("\n")[0]}; expected a folder that can be written`);
  }
  const beat = setInterval(() => touch(path, owner), BEAT_MS);
  beat.unref();
  return {
    owner,
    release() {
      clearInterval(beat);
      if (readOwner(path)?.nonce === owner.nonce) remove(path);
    },
  };
}

/** The owner of a lock file, or null if nobody holds it. */
export function lockOwner(path: string): LockOwner | null {
  const owner = readOwner(path);
  return owner && isAlive(path, owner) ? owner : null;
}

/** A lock that a living process holds. */
export class LockedError extends Error {
  override readonly name = "LockedError";
  constructor(path: string, readonly owner: LockOwner) {
    super(`lock: ${path} is held by process ${owner.pid} on ${owner.host} since ${owner.since}; expected nobody; try again when it has ended`);
  }
}

/**
 * A name is linked or it is not: that makes the first taker unique. Taking over is a lock of its own, named after the one
 * that is taken over: who holds it looks again, and alone may replace that lock.
 */
function take(path: string, own: string): void {
  for (;;) {
    try {
      linkSync(own, path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = readOwner(path);
    if (!holder) continue; // released in between
    if (isAlive(path, holder)) throw new LockedError(path, holder);
    const takeover = `${path}.over.${holder.nonce}`;
    take(takeover, own);
    try {
      if (readOwner(path)?.nonce !== holder.nonce) continue;
      const replacement = temporaryName(path);
      linkSync(own, replacement);
      renameSync(replacement, path);
      return;
    } finally {
      remove(takeover);
    }
  }
}

// what died in the middle of taking the lock left behind
function sweep(path: string): void {
  const folder = dirname(path);
  sweepTemporaries(folder);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${basename(path)}.over.`)) continue;
    const owner = readOwner(join(folder, name));
    if (owner && !isAlive(join(folder, name), owner)) rmSync(join(folder, name), { force: true });
  }
}

// what cannot be removed is that of a process that will be gone: the next one takes it over or sweeps it
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // see above
  }
}

function isAlive(path: string, owner: LockOwner): boolean {
  return isRunning(owner) ?? Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < SILENT_MS;
}

function touch(path: string, owner: LockOwner): void {
  try {
    if (readOwner(path)?.nonce === owner.nonce) utimesSync(path, new Date(), new Date());
  } catch {
    // the next beat tries again
  }
}

function readOwner(path: string): LockOwner | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as LockOwner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Error(`lock: damaged lock file: ${path}; expected JSON that names its owner; try removing it if no process uses the folder`);
  }
}
