import { createReadStream, existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { taskKey, type Task, type TaskKinds } from "../study/task";
import { AtomicFile, writeFileAtomic } from "../weights/atomic-write";
import { sha256OfFile } from "../weights/checksum";

const input = z.union([z.strictObject({ path: z.string(), sha256: z.string() }), z.strictObject({ result: z.string() })]);

/** A task document. */
export const taskSchema = z.strictObject({
  kind: z.string(), name: z.string(), parameters: z.record(z.string(), z.json()), inputs: z.record(z.string(), input),
}) as unknown as z.ZodType<Task>;

/** A task as a run lists it. */
export interface ListedTask {
  index: number;
  task: Task;
  key: string;
  /** 0 if it reads no result of this run, else one more than the highest of those that it reads */
  level: number;
}

const headSchema = z.strictObject({
  schema: z.literal(1),
  tasks: z.number().int().min(0),
  /** tasks of each level */
  levels: z.array(z.number().int()),
  /** SHA-256 of tasks.jsonl */
  sha256: z.string(),
  cache: z.string(),
  kinds: z.string(),
});

/**
 * A folder that holds a run: the list of its tasks, one JSON document a line, and what has become of them.
 *
 * - `run.json`, `tasks.jsonl` – what is to be done; never changed
 * - `failures/<index>.json` – why a task failed; removed when it has succeeded
 * - `log/<machine>-<process>.jsonl` – what each task took, by the process that ran it
 * - `lock` – the process that works on it
 *
 * Results are in the cache, which is named in run.json: where they are shared, so is the work.
 */
export class RunFolder {
  private constructor(readonly path: string, private readonly head: z.infer<typeof headSchema>, readonly kinds: TaskKinds) {}

  /**
   * Makes a folder for tasks, each after those whose results it reads. A folder with the very same tasks is taken as it is.
   *
   * - **kindsModule** – module that exports `kinds`
   * - **cache** – folder of the results
   *
   * Throws if the folder holds other tasks (saying which is the first that differs), or a task reads what comes after it.
   */
  static async create(path: string, tasks: Iterable<Task>, { kindsModule, cache }: { kindsModule: string; cache: string }): Promise<RunFolder> {
    if (existsSync(join(path, "run.json"))) {
      await refuseOther(RunFolder.open(path), listed(tasks, kindsOf(kindsModule)));
      return RunFolder.open(path);
    }
    const head = { schema: 1 as const, tasks: 0, levels: [] as number[], sha256: "", cache: resolve(cache), kinds: kindsModule };
    const hash = createHash("sha256"), file = new AtomicFile(join(path, "tasks.jsonl"));
    try {
      for (const one of listed(tasks, kindsOf(kindsModule))) {
        const line = `${JSON.stringify(one)}\n`;
        file.write(line);
        hash.update(line);
        head.tasks++;
        head.levels[one.level] = (head.levels[one.level] ?? 0) + 1;
      }
    } catch (error) {
      file.abandon();
      throw error;
    }
    file.commit();
    writeFileAtomic(join(path, "run.json"), `${JSON.stringify({ ...head, sha256: hash.digest("hex") }, null, 2)}\n`);
    return RunFolder.open(path);
  }

  /** Opens a run. Throws one line if there is none, or it is damaged. */
  static open(path: string): RunFolder {
    const file = join(path, "run.json");
    if (!existsSync(file)) throw new Error(`run: missing run: ${file}; expected a folder made by zsq run create`);
    const head = headSchema.safeParse(readJson(file));
    if (!head.success) throw new Error(`run: damaged ${file}: ${head.error.issues[0].path.join(".") || "it"}: ${head.error.issues[0].message}`);
    return new RunFolder(path, head.data, kindsOf(head.data.kinds));
  }

  get size(): number { return this.head.tasks; }
  get levels(): readonly number[] { return this.head.levels; }
  get cache(): string { return this.head.cache; }
  get kindsModule(): string { return this.head.kinds; }
  get lock(): string { return join(this.path, "lock"); }
  file(...parts: string[]): string { return join(this.path, ...parts); }

  /** The tasks in their order, read as they are asked for. Throws if the list was changed. */
  async *tasks(): AsyncGenerator<ListedTask> {
    const path = this.file("tasks.jsonl");
    if (sha256OfFile(path) !== this.head.sha256) throw new Error(`run: damaged ${path}: its SHA-256 is not that of run.json; expected the list as it was written`);
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) yield JSON.parse(line) as ListedTask;
  }

  /** Why tasks failed, by their index. */
  failures(): Map<number, { name: string; message: string }> {
    const folder = this.file("failures");
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+\.json$/.test(name)) : [];
    return new Map(names.map((name) => [Number.parseInt(name), readJson(join(folder, name)) as { name: string; message: string }] as const).sort(([a], [b]) => a - b));
  }

  noteFailure(index: number, failure: { name: string; message: string }): void {
    writeFileAtomic(this.file("failures", `${index}.json`), `${JSON.stringify(failure)}\n`);
  }

  clearFailure(index: number): void {
    rmSync(this.file("failures", `${index}.json`), { force: true });
  }
}

/** The kinds that a module exports. Throws one line if it cannot be loaded or has none. */
export function kindsOf(module: string): TaskKinds {
  let exported: { kinds?: TaskKinds };
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    exported = require(module) as { kinds?: TaskKinds };
  } catch (error) {
    throw new Error(`run: invalid module of task kinds: ${module}: ${(error as Error).message.split("\n")[0]}`);
  }
  if (!exported.kinds) throw new Error(`run: invalid module of task kinds: ${module}; expected it to export kinds`);
  return exported.kinds;
}

// each task once, with its key and level; of those before it, only these are kept
function* listed(tasks: Iterable<Task>, kinds: TaskKinds): Generator<ListedTask> {
  const levelOf = new Map<string, number>();
  for (const task of tasks) {
    const key = taskKey(task, kinds);
    if (levelOf.has(key)) continue;
    const reads = Object.values(task.inputs).flatMap((one) => ("result" in one ? [levelOf.get(one.result) ?? -1] : []));
    const level = 1 + Math.max(-1, ...reads), index = levelOf.size;
    levelOf.set(key, level);
    yield { index, key, level, task };
  }
}

async function refuseOther(old: RunFolder, tasks: Generator<ListedTask>): Promise<void> {
  for await (const was of old.tasks()) {
    const { value: now } = tasks.next() as IteratorResult<ListedTask, undefined>;
    if (now && JSON.stringify(now) === JSON.stringify(was)) continue;
    throw new Error(`run: other tasks in ${old.path}: task ${was.index}, ${was.task.name}: ${now ? difference(was, now) : "missing"}; expected the same list; try another folder`);
  }
  const more = [...tasks].length;
  if (more > 0) throw new Error(`run: other tasks in ${old.path}: ${old.size}; expected ${old.size + more}; try another folder`);
}

function difference(before: ListedTask, after: ListedTask): string {
  const flat = ({ task: { kind, parameters, inputs } }: ListedTask): Map<string, string> =>
    new Map([["kind", kind], ...[parameters, inputs].flatMap((part) => Object.entries(part).map(([name, value]): [string, string] => [name, JSON.stringify(value)]))]);
  const [a, b] = [flat(before), flat(after)];
  const name = [...new Set([...a.keys(), ...b.keys()])].find((one) => a.get(one) !== b.get(one));
  return name === undefined ? "its code has changed" : `${name} was ${a.get(name) ?? "absent"}, now ${b.get(name) ?? "absent"}`;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
