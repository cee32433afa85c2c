import type { Pixels } from "../datasets/decode-image";
import type { ImageDataset } from "../datasets/image-dataset";
import { Random, normals } from "../tensor/random";

/** Streams of a seed, so that no two kinds of choice share random numbers. */
const CLIP_STREAM = 1_000_001, FRAME_STREAM = 1_000_002, ORDER_STREAM = 1_000_003, PIXEL_STREAM = 2_000_000;

/**
 * Places in the data set of `count` images that are independent of one another: a random frame of as many random
 * clips. Without clips in the data set each image is its own.
 *
 * Throws if there are fewer clips.
 */
export function independentImages(dataset: Pick<ImageDataset, "images">, count: number, seed: number): number[] {
  const all = clipsOf(dataset);
  if (count > all.length) throw new RangeError(`independentImages: invalid count: ${count}; expected at most ${all.length}, one per clip`);
  const frames = new Random(seed, FRAME_STREAM);
  return Array.from(new Random(seed, CLIP_STREAM).permutation(all.length).subarray(0, count), (clip) => frames.choice(all[clip]));
}

/**
 * Places in the data set of `count` consecutive frames of one clip, its first; clips come in random order, and `batch` is
 * the number of the clip in that order, from the start again after the last. Frames without clips are one film, cut into
 * clips of `count` frames in their order.
 *
 * Throws if the clip has fewer frames.
 */
export function consecutiveImages(dataset: Pick<ImageDataset, "images">, count: number, seed: number, batch: number): number[] {
  const all = isFilm(dataset) ? cut(dataset.images.length, count) : clipsOf(dataset);
  const frames = all[new Random(seed, ORDER_STREAM).permutation(all.length)[batch % all.length]];
  if (count > frames.length) throw new RangeError(`consecutiveImages: invalid count: ${count}; expected at most ${frames.length}, the frames of a clip`);
  return frames.slice(0, count);
}

const isFilm = ({ images }: Pick<ImageDataset, "images">): boolean => images.every(({ clip, frame }) => clip === undefined && frame !== undefined);

// clips of so many frames; a rest is left out, unless it is all there is
const cut = (frames: number, each: number): number[][] =>
  Array.from({ length: Math.max(1, Math.floor(frames / each)) }, (_, k) => Array.from({ length: Math.min(each, frames) }, (_, i) => k * each + i));

// places of the frames of each clip, in their order
function clipsOf(dataset: Pick<ImageDataset, "images">): number[][] {
  const clips = new Map<number | string, number[]>();
  dataset.images.forEach(({ clip }, i) => {
    const id = clip ?? `image ${i}`;
    clips.set(id, [...(clips.get(id) ?? []), i]);
  });
  return [...clips.values()];
}

/**
 * A copy of images [n, h, w, 3] with the pixels of each in random order, a different one for each image; colours stay whole.
 * Image k depends on (seed, firstImage + k) alone.
 */
export function shuffledPixels(pixels: Pixels, count: number, seed: number, firstImage = 0): Pixels {
  const size = pixels.length / count;
  const shuffled = pixels.slice();
  for (let image = 0; image < count; image++) {
    new Random(seed, PIXEL_STREAM + firstImage + image).permutation(size / 3).forEach((from, to) => {
      for (let c = 0; c < 3; c++) shuffled[image * size + 3 * to + c] = pixels[image * size + 3 * from + c];
    });
  }
  return shuffled;
}

/** Images [n, h, w, 3] of N(0, 1), as normalized images are meant to be; image k depends on (seed, firstImage + k) alone. */
export function noiseImages(count: number, [height, width]: readonly [number, number], seed: number, firstImage = 0): Float32Array {
  const size = height * width * 3;
  const values = new Float32Array(count * size);
  for (let image = 0; image < count; image++) values.set(normals(seed, firstImage + image, size), image * size);
  return values;
}
