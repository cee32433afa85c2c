import type { Detections } from "../evaluate/detections";
import type { NamedArray } from "../weights/safetensors";

const COLUMNS = 7;

/** Detections as one float32 array [d, 7]: image, x1, y1, x2, y2, score, label; the integers are exact below 2^24. */
export function packDetections({ imageIndex, boxes, scores, labels }: Detections): NamedArray {
  const data = new Float32Array(COLUMNS * scores.length);
  scores.forEach((score, i) => data.set([imageIndex[i], ...boxes.subarray(4 * i, 4 * i + 4), score, labels[i]], COLUMNS * i));
  return { shape: [scores.length, COLUMNS], data };
}

/** The detections that packDetections packed. */
export function unpackDetections({ shape: [count, columns], data }: NamedArray): Detections {
  if (columns !== COLUMNS) throw new Error(`unpackDetections: invalid shape: [${count},${columns}]; expected [d, ${COLUMNS}]`);
  const column = (k: number) => (_: unknown, i: number): number => data[COLUMNS * i + k];
  return {
    imageIndex: Int32Array.from({ length: count }, column(0)),
    boxes: Float32Array.from({ length: 4 * count }, (_, i) => data[COLUMNS * Math.floor(i / 4) + 1 + (i % 4)]),
    scores: Float32Array.from({ length: count }, column(5)),
    labels: Int32Array.from({ length: count }, column(6)),
  };
}
