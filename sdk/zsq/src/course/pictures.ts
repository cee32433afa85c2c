import * as tf from "@tensorflow/tfjs-node-gpu";
import type { NormalizedImages } from "../datasets/encode-image";
import { denormalize } from "../datasets/normalize";
import type { ImageConfig } from "../nn/config";
import type { GalleryPicture } from "../plot/gallery-figure";

/**
 * Normalized images [n, h, w, 3] as pictures for figures: data URIs of JPEG, of which distilled noise takes a quarter of
 * what PNG would. The images are left to the caller.
 *
 * Throws if they have not 3 channels or are not finite.
 */
export async function pictures(images: tf.Tensor4D | NormalizedImages, image: ImageConfig): Promise<string[]> {
  const [n, height, width] = images.shape, pixels = pixelsOf(images, image), size = height * width * 3;
  const all: string[] = [];
  for (let k = 0; k < n; k++) {
    const one = tf.tensor3d(pixels.subarray(k * size, (k + 1) * size), [height, width, 3], "int32");
    try {
      all.push(`data:image/jpeg;base64,${Buffer.from(await tf.node.encodeJpeg(one, "rgb", 85, false, false, false)).toString("base64")}`);
    } finally {
      one.dispose();
    }
  }
  return all;
}

/** The first image of each, with its name as label. */
export async function firstPictures(images: Readonly<Record<string, tf.Tensor4D | NormalizedImages>>, image: ImageConfig): Promise<GalleryPicture[]> {
  return Promise.all(Object.entries(images).map(async ([label, each]) => ({ label, picture: (await pictures(each, image))[0] })));
}

function pixelsOf(images: tf.Tensor4D | NormalizedImages, image: ImageConfig): Uint8Array {
  if (images instanceof tf.Tensor) return denormalize(images, image);
  const tensor = tf.tensor4d(images.data, [...images.shape] as [number, number, number, number]);
  try {
    return denormalize(tensor, image);
  } finally {
    tensor.dispose();
  }
}
