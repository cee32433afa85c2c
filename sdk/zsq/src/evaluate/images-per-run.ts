import type { RetinaNetConfig } from "../nn/config";
import { deviceMemory } from "../tensor/device-memory";
import { fittedShape, type ImageShape } from "./transform";

/** Memory that a run of the detector takes for each pixel of its input and channel of its first layer, in bytes: measured, with room to spare. */
const BYTES_PER_VALUE = 32;
const MOST = 25;

/**
 * How many images of a shape run through a detector together: at most 25, as many as take the memory of 25 images of
 * 160 x 128 through the embedded detector or, on a GPU, half of its memory; at least 1.
 *
 * - **shape** – [height, width] of an image, before it is resized
 */
export function imagesPerRun({ image: { resize }, resnet: { width } }: RetinaNetConfig, shape: ImageShape, gpuBytes = deviceMemory().gpu?.bytes): number {
  const [height, columns] = fittedShape(shape, resize), values = height * columns * width;
  const room = gpuBytes === undefined ? MOST * 128 * 160 * 16 : gpuBytes / 2 / BYTES_PER_VALUE;
  return Math.min(MOST, Math.max(1, Math.floor(room / values)));
}
