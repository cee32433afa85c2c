import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { z } from "zod";
import type { ScaleName } from "../study/profiles";
import { repositoryRoot } from "../study/repository";
import { parseJson } from "../weights/parse-json";
import { changedInputs, outputsInputs } from "./notebook-inputs";

const text = z.union([z.string(), z.array(z.string())]);
const output = z.looseObject({ output_type: z.string(), name: z.string().optional(), data: z.record(z.string(), z.unknown()).optional() });
const cell = z.looseObject({ cell_type: z.string(), id: z.string(), source: text, outputs: z.array(output).optional(), execution_count: z.int().nullable().optional() });
const origin = z.strictObject({ scale: z.enum(["smoke", "default", "full"]), seed: z.int(), inputs: z.record(z.string(), z.string()) });
const schema = z.looseObject({ cells: z.array(cell), metadata: z.looseObject({ zsq: origin.optional() }) });

/** A notebook as its file holds it; what is not named here is kept as it is. */
export type Notebook = z.output<typeof schema>;

/** Where the committed outputs of a notebook come from. */
export type OutputsOrigin = z.output<typeof origin>;

/** Whether outputs are those of their inputs; "none": nothing is committed. `changed`: the inputs that are others now (see outputsInputs), or "origin" if nobody knows what they were. */
export interface OutputsState {
  state: "fresh" | "stale" | "none";
  changed: string[];
}

const PLOTLY = "application/vnd.plotly.v1+json";
const LARGEST = 1_000_000;

/** Reads a notebook. Throws one line that names the file if it is missing, damaged or no notebook. */
export const readNotebook = (path: string): Notebook => parseJson(schema, readFileSync(path, "utf8"), "readNotebook", path);

/** A notebook as the text of its file, as nbformat writes it. */
export const notebookText = (notebook: Notebook): string => `${JSON.stringify(notebook, null, 1)}\n`;

/** Whether the outputs in a notebook are those of its code cells, counts, weights, data and the SDK's code. */
export function outputsState(notebook: Notebook): OutputsState {
  const { zsq } = notebook.metadata;
  if (!zsq) return notebook.cells.some(({ outputs }) => outputs?.length) ? { state: "stale", changed: ["origin"] } : { state: "none", changed: [] };
  const changed = changedInputs(zsq.inputs, outputsInputs(codeOf(notebook), zsq.scale));
  return { state: changed.length ? "stale" : "fresh", changed };
}

const codeOf = ({ cells }: Notebook): string[] => cells.filter((one) => one.cell_type === "code").map(({ source }) => [source].flat().join(""));

/**
 * A notebook with the outputs of its execution, made small enough for git: figures as SVG and text without plotly's own
 * data, what was printed, and no messages of libraries.
 *
 * - **name** – of the notebook, for errors
 *
 * Throws if a cell was not executed, an output names a place on this machine, or the result takes more than 1 MB.
 */
export function withOutputs(notebook: Notebook, executed: Notebook, { name, scale, seed }: { name: string; scale: ScaleName; seed: number }): Notebook {
  const byId = new Map(executed.cells.map((one) => [one.id, one]));
  const cells = notebook.cells.map((one) => {
    if (one.cell_type !== "code") return one;
    const { outputs, execution_count } = byId.get(one.id) ?? {};
    if (!outputs || typeof execution_count !== "number") throw new Error(`withOutputs: missing execution of cell ${one.id} of ${name}; expected an executed notebook of the same cells`);
    const kept = outputs.flatMap(small);
    refusePlaces(kept, `cell ${one.id} of ${name}`);
    return { ...one, execution_count, outputs: kept };
  });
  const inputs = outputsInputs(codeOf(notebook), scale);
  const result = { ...notebook, cells, metadata: { ...notebook.metadata, zsq: { scale, seed, inputs } } };
  const size = notebookText(result).length;
  if (size > LARGEST) throw new Error(`withOutputs: invalid size of ${name}: ${(size / 1e6).toFixed(1)} MB; expected at most ${LARGEST / 1e6} MB`);
  return result;
}

type Output = z.output<typeof output>;

function small(one: Output): Output[] {
  if (one.output_type === "stream") return one.name === "stderr" ? [] : [{ ...one, text: trimmed(one.text as string | string[]) }];
  if (!one.data || !(PLOTLY in one.data)) return [one];
  const { [PLOTLY]: _, ...data } = one.data;
  return [{ ...one, data }];
}

// a line of progress is as long as the longest before it was: spaces at its end depend on the time
const trimmed = (text: string | string[]): string[] => [text].flat().map((line) => line.replace(/[ \t]+(?=\r?\n?$)/, ""));

function refusePlaces(outputs: readonly Output[], where: string): void {
  const written = JSON.stringify(outputs);
  const found = [repositoryRoot(), homedir()].find((place) => place.length > 1 && written.includes(`${place}/`));
  if (found !== undefined) throw new Error(`withOutputs: invalid output of ${where}: names ${found}; expected none that depends on the machine`);
}
