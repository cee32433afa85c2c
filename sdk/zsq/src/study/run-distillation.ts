import { sha256OfFile } from "../weights/checksum";
import { asFloat32 } from "../weights/dtype";
import { openSafetensors, writeTensors, type NamedArray } from "../weights/safetensors";
import { ResultCache } from "./cache";
import { distillTask, type DistillParameters, type DistillValue } from "./distill-task";
import { runTasks, type RunTasksOptions } from "./executor";
import { snapshotName } from "./snapshot";
import type { Task } from "./task";

export interface RunDistillationOptions extends Pick<RunTasksOptions, "jobs" | "cache" | "signal" | "onProgress"> {
  /** images of one chunk, the last may have fewer; default 16. Part of the result: other chunks, other last digits. */
  chunk?: number;
}

/** What a distillation gave; the images stay in the files of its chunks until they are asked for. */
export interface Distillation {
  /** of all images: [n, h, w, 3] */
  shape: readonly [number, number, number, number];
  /** normalized images after so many iterations, a chunk [k, h, w, 3] after the other, each in the memory of the one before; throws if that snapshot was not asked for */
  chunks(iterations: number): Iterable<NamedArray>;
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
  const { snapshots, imageShape: [height, width] } = parameters, paths = keys.map((key) => cache.tensorPath(key));
  const result: Distillation = { shape: [images, height, width, 3], chunks: (iterations) => readChunks(paths, iterations, snapshots), history: [], taken: [] };
  keys.forEach((key, k) => {
    const { history, taken } = cache.value(key) as unknown as DistillValue;
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

/** Writes the images of some snapshots of a distillation as one safetensors file, a chunk at a time. - **names** – tensor by iterations */
export function writeDistillation(path: string, distillation: Distillation, names: ReadonlyMap<number, string>, metadata: ReadonlyMap<string, string>): void {
  const iterations = new Map([...names].map(([i, name]) => [name, i])), info = { dtype: "F32" as const, shape: distillation.shape };
  writeTensors(path, new Map([...names.values()].map((name) => [name, info])), (name) => chunkBytes(distillation.chunks(iterations.get(name)!)), metadata);
}

function* chunkBytes(chunks: Iterable<NamedArray>): Iterable<Uint8Array> {
  for (const { data } of chunks) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function* readChunks(paths: readonly string[], iterations: number, snapshots: readonly number[]): Iterable<NamedArray> {
  if (!snapshots.includes(iterations)) throw new RangeError(`runDistillation: unknown snapshot: ${iterations}; expected one of ${snapshots.join(", ")}`);
  let room: ArrayBuffer | undefined;
  for (const path of paths) {
    const file = openSafetensors(path);
    try {
      const tensor = file.read(snapshotName(iterations), room);
      room = tensor.bytes.buffer as ArrayBuffer;
      yield { shape: tensor.shape, data: asFloat32(tensor) };
    } finally {
      file.close();
    }
  }
}
