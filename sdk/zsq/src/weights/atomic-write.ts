import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { oneLine } from "./parse-json";

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
  const temporary = `${path}.${process.pid}.${files++}.tmp`;
  const pieces = typeof data === "string" ? [Buffer.from(data)] : data instanceof Uint8Array ? [data] : data;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, "wx");
    try {
      for (const piece of pieces) writeAll(file, piece);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    throw new Error(`writeFileAtomic: invalid ${path}: ${oneLine((error as Error).message)}; expected a file that can be written`);
  }
  syncFolder(dirname(path));
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
