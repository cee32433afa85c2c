import { availableParallelism } from "node:os";
import { check, checkInteger } from "./check";
import { runTasks } from "./pool";
import { Part, SceneRecord } from "./record";
import { Manifest, partName, PartSummary, Store } from "./store";
import { Domain, DOMAINS, Split, SPLITS } from "./types";
import type { Task } from "./worker";

const TASK_SIZE = 40; // images per task: what an interruption loses, for each thread

/** What to prepare, where, and how. */
export interface PrepareOptions {
  /** the folder of the data set, made if missing */
  out: string;
  /** default 1 */
  seed?: number;
  /** number of training images of each domain, default 3000 */
  train?: number;
  /** number of validation images of each domain, default 300 */
  val?: number;
  /** default both */
  domains?: readonly Domain[];
  /** number of threads, default the number of cores */
  jobs?: number;
  /** called after each group of images; `total` counts those that have to be drawn in this run */
  onProgress?: (progress: { done: number; total: number }) => void;
}

/** What a run did. */
export interface PrepareResult {
  manifest: Manifest;
  /** images that were there, undamaged */
  kept: number;
  /** images that were drawn in this run */
  drawn: number;
}

/**
 * Draws a data set into a folder, or as much of it as is missing or damaged there.
 *
 * Every image depends on seed, domain, split, and its number alone, so that two runs write the same bytes
 * (with the same version of the PNG encoder) and a set can be made larger later. An interrupted run goes on where it was.
 *
 * Throws if an option is invalid, or the folder holds a set of another seed or version, or a larger one.
 *
 * @example await prepareScenes({ out: "data/scenes", train: 3000, val: 300 }) // { manifest, kept: 0, drawn: 6600 }
 */
export async function prepareScenes({ out, seed = 1, train = 3000, val = 300, domains = DOMAINS, jobs = availableParallelism(), onProgress }: PrepareOptions): Promise<PrepareResult> {
  checkOptions(out, seed, train, val, domains, jobs);
  const store = new Store(out, seed), { parts: held } = await store.manifest(), counts: Record<Split, number> = { train, val };
  const parts = domains.flatMap((domain) => SPLITS.map((split): Part => ({ domain, split }))).filter(({ split }) => counts[split] > 0);
  for (const part of parts) checkSize(out, held[partName(part)], part, counts[part.split]);
  const found = new Map<Part, Map<number, SceneRecord>>();
  for (const part of parts) found.set(part, await store.intact(part, held[partName(part)]));
  const tasks = parts.flatMap((part) => plan(store, part, counts[part.split], found.get(part)));
  const drawn = await drawMissing(store, tasks, jobs, found, onProgress);
  const complete = new Map<Part, PartSummary>();
  for (const [part, records] of found) {
    complete.set(part, await store.describe(part, Array.from({ length: counts[part.split] }, (_, index) => records.get(index) as SceneRecord)));
  }
  const manifest = await store.finish(complete);
  return { manifest, drawn, kept: parts.reduce((sum, part) => sum + counts[part.split], 0) - drawn };
}

// runs the tasks, adds what they drew to `found`, and returns the number of images
async function drawMissing(store: Store, tasks: readonly Task[], jobs: number, found: Map<Part, Map<number, SceneRecord>>, onProgress: PrepareOptions["onProgress"]): Promise<number> {
  const total = tasks.reduce((sum, { images }) => sum + images.length, 0);
  let done = 0;
  if (total > 0) onProgress?.({ done, total });
  await runTasks(tasks, jobs, async ({ part }, records) => {
    await store.note(part, records);
    for (const record of records) found.get(part)?.set(record.index, record);
    onProgress?.({ done: (done += records.length), total });
  });
  return total;
}

function checkOptions(out: string, seed: number, train: number, val: number, domains: readonly Domain[], jobs: number): void {
  const where = "prepareScenes", known = domains.filter((domain) => DOMAINS.includes(domain));
  check(typeof out === "string" && out.length > 0, where, "out", out, "the path of a folder");
  checkInteger(where, "seed", seed, 0, Number.MAX_SAFE_INTEGER);
  checkInteger(where, "train", train, 0, 1_000_000);
  checkInteger(where, "val", val, 0, 1_000_000);
  checkInteger(where, "jobs", jobs, 1, 256);
  check(known.length === domains.length && known.length > 0, where, "domains", domains.join(", "), DOMAINS.join(" or "));
  check(new Set(domains).size === domains.length, where, "domains", domains.join(", "), "each at most once");
}

// a set that others rely on is never made smaller
function checkSize(out: string, held: PartSummary | undefined, { domain, split }: Part, count: number): void {
  if (held && held.images > count) throw new Error(`prepareScenes: invalid ${split}: ${count}; expected at least the ${held.images} ${domain} images in ${out}; try another folder`);
}

// groups the images that have no record
function plan(store: Store, part: Part, count: number, records: ReadonlyMap<number, SceneRecord> = new Map()): Task[] {
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !records.has(index)), tasks: Task[] = [];
  for (let i = 0; i < missing.length; i += TASK_SIZE) {
    const images = missing.slice(i, i + TASK_SIZE).map((index) => ({ index, path: store.imagePath(part, index) }));
    tasks.push({ seed: store.seed, part, images });
  }
  return tasks;
}
