import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { meanOnly } from "../distill/methods/presets";
import { Graph } from "../nn/graph";
import type { Detector } from "../nn/detector";
import { calibrate } from "../quantize/calibrate";
import { rankCorrelation } from "../quantize/insight/sensitivity";
import { outputKey } from "../quantize/sites";
import { loadDetector } from "../weights/checkpoint";
import { domainDistance, type DomainRow } from "./domain-view";
import { repositoryRoot } from "./repository";

/** A layer's distance between domains beside what it does to the layer's range. */
export interface DomainGapRow extends DomainRow {
  /** width of the range with the other domain's images over that with the detector's own */
  rangeRatio: number;
}

export interface DomainGap {
  /** a row for each batch normalization */
  rows: DomainGapRow[];
  /** Spearman's rank correlation over layers between divergence and |ln rangeRatio|: 1 if the distance predicts the gap, 0 if it says nothing */
  correlation: number;
}

export interface DomainGapOptions {
  /** the detector that is calibrated; the other one's images are foreign to it. Defaults to "thermal" */
  domain?: "visible" | "thermal";
  /** images distilled from each detector, mean-only; defaults to 16 */
  images?: number;
  /** defaults to 50 */
  iterations?: number;
  seed: number;
}

/**
 * Whether the distance between two domains' stored statistics predicts, layer by layer, how wrong the ranges are that
 * images distilled from the other domain's detector give: those of what leaves each batch normalization (and its ReLU).
 *
 * - **own**, **foreign** – normalized images [n, h, w, 3]; not disposed
 *
 * Leaves no tensor behind. Throws if the layers differ, or as calibrate does.
 */
export function domainGap(detector: Detector, other: Detector, { own, foreign }: { own: tf.Tensor4D; foreign: tf.Tensor4D }): DomainGap {
  const distance = domainDistance(detector, other), [, height, width] = own.shape;
  const convOf = new Map(new Graph(detector.config, [height, width]).of("batchNorm").map(({ name, inputs: [conv] }) => [name, conv.name]));
  const [mine, theirs] = [own, foreign].map((images) => calibrate(detector, images, { tensors: ["outputs"] }));
  const rows = distance.map((row): DomainGapRow => {
    const [a, b] = [mine, theirs].map((ranges) => ranges.get(outputKey(convOf.get(row.layer)!))!);
    return { ...row, rangeRatio: (b.max - b.min) / (a.max - a.min) };
  });
  return { rows, correlation: rankCorrelation(rows.map(({ divergence }) => divergence), rows.map(({ rangeRatio }) => Math.abs(Math.log(rangeRatio)))) };
}

/** domainGap of the repository's detectors with images distilled from each of them. Throws if a checkpoint is not there. */
export async function domainGapCheck({ domain = "thermal", images = 16, iterations = 50, seed }: DomainGapOptions): Promise<DomainGap> {
  const names = domain === "thermal" ? ["thermal", "visible"] : ["visible", "thermal"];
  const detectors = names.map((name) => loadDetector(join(repositoryRoot(), "data-scripts/weights/embedded", `${name}.safetensors`))), made: tf.Tensor4D[] = [];
  try {
    for (const detector of detectors) {
      const distilled = await meanOnly.synthesize(detector, { images, imageShape: [128, 160], iterations, seed });
      made.push(tf.tensor4d(distilled.images, distilled.shape));
    }
    return domainGap(detectors[0], detectors[1], { own: made[0], foreign: made[1] });
  } finally {
    tf.dispose(made);
    for (const detector of detectors) detector.dispose();
  }
}
