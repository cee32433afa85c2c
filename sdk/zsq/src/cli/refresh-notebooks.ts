import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { notebookText, outputsState, readNotebook, withOutputs, type OutputsState } from "../report/notebook-outputs";
import { repositoryPath, repositoryRoot } from "../study/repository";
import type { ScaleName } from "../study/profiles";
import { writeFileAtomic } from "../weights/atomic-write";
import { runNotebooks } from "./run-notebooks";

/** All notebooks of the repository, sorted: those of the study, of the course, and others. */
export const allNotebooks = (): string[] => notebooksIn(join(repositoryRoot(), "notebooks")).sort();

function notebooksIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    if (item.name.startsWith(".")) return [];
    const path = join(folder, item.name);
    return item.isDirectory() ? notebooksIn(path) : item.name.endsWith(".ipynb") ? [path] : [];
  });
}

/**
 * Executes notebooks in the kernel and puts their outputs, made small, into the files themselves. The folder of results
 * is the usual one, so that what has been computed before is not computed again.
 *
 * - **out** – folder of outputs; the executed notebooks go to <out>/embedded/notebooks
 *
 * Throws as runNotebooks, and if an output does not belong into git; files that were written before stay so.
 */
export async function refreshNotebooks(files: readonly string[], { scale, seed, out }: { scale: ScaleName; seed: number; out: string }): Promise<void> {
  const executed = join(out, "embedded/notebooks");
  const env = { ZSQ_PROFILE: "embedded", ZSQ_SCALE: scale, ZSQ_SEED: String(seed), ZSQ_OUT: out };
  for (const file of files) {
    await runNotebooks([file], executed, env);
    const name = basename(file);
    const text = notebookText(withOutputs(readNotebook(file), readNotebook(join(executed, name)), { name, scale, seed }));
    const changed = text !== readFileSync(file, "utf8");
    if (changed) writeFileAtomic(file, text);
    process.stdout.write(`${changed ? "refreshed" : "unchanged"} ${repositoryPath(file)}, ${Math.ceil(text.length / 1024)} KiB\n`);
  }
}

/** The state of each notebook's committed outputs. */
export const notebookStates = (files: readonly string[]): ({ file: string } & OutputsState)[] =>
  files.map((file) => ({ file: repositoryPath(file), ...outputsState(readNotebook(file)) }));
