import { cacheKey, type CachedResult } from "./cache";
import type { Json } from "./canonical-json";

/** A file that a task reads; only its contents count, not where it lies. */
export interface FileInput {
  path: string;
  sha256: string;
}

/** The arrays of another task's result, by that task's key. */
export interface ResultInput {
  result: string;
}

/**
 * One piece of a long computation as a small JSON document. Running it twice gives the same bytes, and nothing but kind,
 * parameters and inputs determines them: it may run in any process, on any machine, in any order after its inputs.
 */
export interface Task {
  kind: string;
  /** for people, such as "visible: distil 32 images, mean, seed 1001"; does not count */
  name: string;
  parameters: { readonly [name: string]: Json };
  inputs: { readonly [name: string]: FileInput | ResultInput };
}

/** What a task's code is given besides its parameters. */
export interface TaskContext {
  /** where each input is: the file itself, or the safetensors file of a result */
  paths: Readonly<Record<string, string>>;
  /** - **fraction** – of the task that is done, in [0, 1] */
  onProgress: (fraction: number) => void;
  /** file for what a killed task continues from; removed once its result is stored. Without it nothing is kept. */
  stateFile?: string;
}

/** The code of all tasks of one kind. */
export interface TaskKind<P = Task["parameters"]> {
  /** to be raised when the same parameters and inputs give another result for reasons that `code` does not see */
  version: number;
  /** hash of the code that determines the result, beyond `version` */
  code?: () => string;
  /** time that a task takes on one core here, roughly, in seconds: for the order and the time left */
  cost: (parameters: P) => number;
  /** memory that a process needs for a task, roughly, in bytes; default 1 GiB */
  memory?: (parameters: P) => number;
  run: (parameters: P, context: TaskContext) => Promise<CachedResult>;
}

/** Task kinds by name. */
export type TaskKinds = Readonly<Record<string, TaskKind>>;

/** Everything that determines a task's result, as its key is made from. */
export function describeTask(task: Task, kinds: TaskKinds): Json {
  const kind = kindOf(task, kinds);
  const inputs = Object.entries(task.inputs).map(([name, input]) => [name, "sha256" in input ? input.sha256 : input.result]);
  return { kind: task.kind, version: kind.version, code: kind.code?.() ?? "", parameters: task.parameters, inputs: Object.fromEntries(inputs) as Json };
}

/** The key under which a task's result is stored. */
export const taskKey = (task: Task, kinds: TaskKinds): string => cacheKey(describeTask(task, kinds));

/** The code of a task. Throws if there is none. */
export function kindOf(task: Task, kinds: TaskKinds): TaskKind {
  const kind = Object.hasOwn(kinds, task.kind) ? kinds[task.kind] : undefined;
  if (!kind) throw new Error(`task: unknown kind: ${task.kind}; expected one of ${Object.keys(kinds).join(", ")}`);
  return kind;
}
