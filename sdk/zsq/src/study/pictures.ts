import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Pixels } from "../datasets/decode-image";
import { denormalize } from "../datasets/normalize";
import type { RetinaNetConfig } from "../nn/config";
import { writeFileAtomic } from "../weights/atomic-write";
import type { NamedArray } from "../weights/safetensors";

/** Pixels, 0 to 255, of normalized images [n, h, w, 3]. */
export function pixelsOf({ shape, data }: NamedArray, image: RetinaNetConfig["image"]): Uint8Array {
  const x = tf.tensor4d(data, shape as [number, number, number, number]);
  try {
    return denormalize(x, image);
  } finally {
    x.dispose();
  }
}

/** The images of [n, height, width, 3] one by one, on the same memory. */
export function eachImage(pixels: Pixels, [height, width]: readonly [number, number]): Pixels[] {
  const size = height * width * 3;
  return Array.from({ length: pixels.length / size }, (_, k) => pixels.subarray(k * size, (k + 1) * size));
}

/** Writes one image as PNG to a path in the folder of results, unless that is null; returns the path, as rows name it. */
export async function writePicture(out: string | null, path: string, pixels: Pixels, [height, width]: readonly [number, number]): Promise<string> {
  if (out !== null) {
    const x = tf.tensor3d(pixels, [height, width, 3], "int32");
    try {
      writeFileAtomic(join(out, path), await tf.node.encodePng(x));
    } finally {
      x.dispose();
    }
  }
  return path;
}
