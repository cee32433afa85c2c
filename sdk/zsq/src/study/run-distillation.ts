import { sha256OfFile } from "../weights/checksum";
import { readSafetensors, type NamedArray } from "../weights/safetensors";
import { ResultCache } from "./cache";
import { distillTask, type DistillParameters, type DistillValue } from "./distill-task";
import { runTasks, type RunTasksOptions } from "./executor";
import { snapshotName } from "./snapshot";
import type { Task } from "./task";

export interface RunDistillationOptions extends Pick<RunTasksOptions, "jobs" | "cache" | "signal" | "onProgress"> {
  /** images of one chunk, the last may have fewer; default 16. Part of the result: other chunks, other last digits. */
  chunk?: number;
}

/** What a distillation gave. */
export interface Distillation {
  /** normalized images [n, h, w, 3] after so many iterations */
  snapshots: Map<number, NamedArray>;
  /** mean loss of all images by iteration */
  history: number[];
  /** iterations that each image took */
  taken: number[];
}

/**
 * Distils images from a checkpoint file in chunks, each a task of one thread in one of `jobs` processes. A finished chunk
 * is stored in the cache at once; after a crash, kill or stop the same call continues, and gives the same bytes as an undisturbed one
 * with any number of processes.
 *
 * Throws as runTasks. See distill for the method.
 */
export async function runDistillation(checkpoint: string, { images, firstImage, ...parameters }: DistillParameters, { chunk = 16, cache = new ResultCache(), ...options }: RunDistillationOptions = {}): Promise<Distillation> {
  const keys = await runTasks(distillationTasks(checkpoint, { images, firstImage, ...parameters }, chunk), { ...options, cache });
  const result = join(keys.map((key) => cache.tensorPath(key)), parameters, images);
  keys.forEach((key, k) => {
    const { history, taken } = cache.read(key)!.value as unknown as DistillValue;
    history.forEach((loss, i) => (result.history[i] = (result.history[i] ?? 0) + (loss * taken.length) / images));
    result.taken.splice(k * chunk, taken.length, ...taken);
  });
  return result;
}

/** The tasks of a distillation, one for each chunk. */
export function distillationTasks(checkpoint: string, { images, firstImage, ...parameters }: DistillParameters, chunk = 16): Task[] {
  if (!Number.isInteger(images) || images < 1) throw new RangeError(`runDistillation: invalid images: ${images}; expected an integer >= 1`);
  if (!Number.isInteger(chunk) || chunk < 1) throw new RangeError(`runDistillation: invalid chunk: ${chunk}; expected an integer >= 1`);
  const input = { path: checkpoint, sha256: sha256OfFile(checkpoint) };
  return Array.from({ length: Math.ceil(images / chunk) }, (_, k) => {
    const count = Math.min(chunk, images - k * chunk);
    return distillTask(`images ${k * chunk + 1} to ${k * chunk + count} of ${images}`, { ...parameters, images: count, firstImage: firstImage + k * chunk }, input);
  });
}

function join(paths: readonly string[], { snapshots, imageShape: [height, width] }: Omit<DistillParameters, "images" | "firstImage">, images: number): Distillation {
  const size = height * width * 3;
  const joined = new Map(snapshots.map((i) => [i, { shape: [images, height, width, 3], data: new Float32Array(images * size) }]));
  let at = 0;
  for (const path of paths) {
    const { tensors } = readSafetensors(path);
    for (const [i, { data }] of joined) data.set(tensors.get(snapshotName(i))!.data, at);
    at += tensors.get(snapshotName(snapshots[0]))!.data.length;
  }
  return { snapshots: joined, history: [], taken: [] };
}
