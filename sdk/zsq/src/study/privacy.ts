import { join } from "node:path";
import { openDataset } from "../datasets/image-dataset";
import { denormalize } from "../datasets/normalize";
import { imageMethods } from "./methods";
import { exposure, nearestImages, type Nearest } from "./nearest-images";
import { loadDetector } from "../weights/checkpoint";
import { repositoryRoot } from "./repository";
import * as tf from "@tensorflow/tfjs-node-gpu";

export interface PrivacyOptions {
  /** defaults to "thermal" */
  domain?: "visible" | "thermal";
  /** ids of image methods; defaults to paper-mean, zeroq-classification, dfq-toolkit */
  methods?: readonly string[];
  /** images of each; defaults to 8 */
  images?: number;
  /** defaults to 50 */
  iterations?: number;
  /** the first so many training images are looked through; defaults to 1000 */
  training?: number;
  seed: number;
}

/** What the images of a source give away. */
export interface PrivacyRow { source: string; images: number; meanSimilarity: number; largestSimilarity: number; exposure: number }

/**
 * For the images of each method: how like the nearest training image they are, beside held-out images (validation) and
 * training images themselves. See nearestImages and exposure.
 *
 * Throws if the data are not there; npx zsq data draws them.
 */
export async function privacyCheck({ domain = "thermal", methods = ["paper-mean", "zeroq-classification", "dfq-toolkit"], images = 8, iterations = 50, training = 1000, seed }: PrivacyOptions): Promise<PrivacyRow[]> {
  const root = repositoryRoot(), scenes = join(root, "data/scenes", domain), [train, val] = ["train", "val"].map((name) => openDataset(join(scenes, `${name}.json`)));
  const places = (count: number, size: number): number[] => Array.from({ length: Math.min(count, size) }, (_, k) => Math.floor((k * size) / Math.min(count, size)));
  const load = async (set: typeof train, which: readonly number[]) => {
    const { pixels, shape } = await set.load(which);
    return { data: pixels, shape };
  };
  const known = await load(train, places(training, train.size)), heldOut = nearestImages(await load(val, places(100, val.size)), known);
  const rows = [rowOf("held-out images", heldOut, heldOut), rowOf("training images themselves", nearestImages({ data: known.data.slice(0, 20 * (known.data.length / known.shape[0])), shape: [20, ...known.shape.slice(1)] }, known), heldOut)];
  const detector = loadDetector(join(root, "data-scripts/weights/embedded", `${domain}.safetensors`)), [height, width] = train.imageShape;
  try {
    for (const id of methods) {
      const method = imageMethods.get(id);
      if (!method) throw new Error(`privacyCheck: unknown method: ${id}; expected one of ${[...imageMethods.keys()].join(", ")}`);
      const made = await method.synthesize(detector, { images, imageShape: [height, width], iterations, seed }), x = tf.tensor4d(made.images, made.shape);
      rows.push(rowOf(method.label, nearestImages({ data: denormalize(x, detector.config.image), shape: made.shape }, known), heldOut));
      x.dispose();
    }
    return rows;
  } finally {
    detector.dispose();
  }
}

function rowOf(source: string, nearest: readonly Nearest[], heldOut: readonly Nearest[]): PrivacyRow {
  const similarities = nearest.map(({ similarity }) => similarity), round = (x: number): number => Math.round(1e4 * x) / 1e4;
  return { source, images: nearest.length, meanSimilarity: round(similarities.reduce((a, b) => a + b, 0) / nearest.length), largestSimilarity: round(Math.max(...similarities)), exposure: round(exposure(nearest, heldOut)) };
}
