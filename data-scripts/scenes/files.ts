import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMainThread, threadId } from "node:worker_threads";

const SUFFIX = ".partial";

/** Writes a file so that it is there completely or not at all: to a temporary file beside it, which is then renamed. */
export async function writeAtomically(path: string, data: Uint8Array | string, { sync = true }: { sync?: boolean } = {}): Promise<void> {
  const temporary = `${path}.${process.pid}-${isMainThread ? 0 : threadId}${SUFFIX}`;
  await mkdir(dirname(path), { recursive: true });
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

/** Removes the temporary files that an interrupted run left in a folder. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await list(folder)) if (name.endsWith(SUFFIX)) await rm(join(folder, name), { force: true });
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
