import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/**
 * The folder of the repository that this package lies in, which holds data, checkpoints and results; ZSQ_ROOT names another.
 *
 * Throws if there is none.
 */
export function repositoryRoot(): string {
  if (process.env.ZSQ_ROOT) return resolve(process.env.ZSQ_ROOT);
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (isRepository(folder)) return folder;
    if (folder === dirname(folder)) throw new Error(`repositoryRoot: missing repository above ${__dirname}; expected the package inside a clone; try setting ZSQ_ROOT`);
  }
}

function isRepository(folder: string): boolean {
  const path = join(folder, "package.json");
  return existsSync(path) && (JSON.parse(readFileSync(path, "utf8")) as { name?: string }).name === "zero-shot-quantization";
}

/** A path as results name it: from the repository's root with forward slashes; a path outside stays absolute. */
export function repositoryPath(path: string): string {
  const inside = relative(repositoryRoot(), resolve(path));
  return inside.startsWith("..") ? resolve(path) : inside.split(sep).join("/");
}
