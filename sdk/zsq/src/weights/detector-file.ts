import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture } from "../nn/architecture";
import type { RetinaNetConfig } from "../nn/config";
import { Detector } from "../nn/detector";
import { asFloat32, elements, type RawTensor, type TensorFile } from "./dtype";
import { toHeightWidthInOut } from "./kernel-layout";

/** Shapes of a detector's weights in memory, kernels [height, width, in, out]. */
export function memoryShapes(config: RetinaNetConfig): Map<string, number[]> {
  const { parameters, buffers } = new Architecture(config);
  return new Map([...parameters, ...buffers]);
}

/** Shapes of a detector's weights in files, kernels [out, in, height, width] as torch. */
export const fileShapes = (config: RetinaNetConfig): Map<string, number[]> =>
  new Map([...memoryShapes(config)].map(([name, shape]) => [name, shape.length === 4 ? [shape[3], shape[2], shape[0], shape[1]] : shape]));

/**
 * A detector of this config from a file that holds its weights in torch's layout, read one tensor at a time; other tensors
 * of the file are left alone. The caller disposes it.
 *
 * - **reader**, **path** – for errors: one line if a weight is missing, of another shape or not finite
 */
export function readDetector(file: TensorFile, config: RetinaNetConfig, reader: string, path: string): Detector {
  for (const [name, shape] of fileShapes(config)) {
    const found = file.tensors.get(name);
    if (!found) throw new Error(`${reader}: missing weight in ${path}: ${name}; expected shape [${shape}]`);
    if (found.shape.join() !== shape.join()) throw new Error(`${reader}: invalid shape of ${name} in ${path}: [${found.shape}]; expected [${shape}]`);
  }
  const weights = new Map<string, tf.Tensor>(), room = roomFor(config);
  try {
    for (const [name, shape] of memoryShapes(config)) {
      const data = checkFinite(name, file.read(name, room), reader, path);
      weights.set(name, tf.tensor(shape.length === 4 ? toHeightWidthInOut(data, shape) : data.slice(), shape, "float32"));
    }
  } catch (error) {
    tf.dispose([...weights.values()]);
    throw error;
  }
  return new Detector(config, weights);
}

/** Memory for any one weight of a detector, to be used again and again. */
export const roomFor = (config: RetinaNetConfig): ArrayBuffer => new ArrayBuffer(4 * Math.max(...[...fileShapes(config).values()].map(elements)));

/** The numbers of a float32 weight. Throws one line if it is of another dtype or not finite. */
export function checkFinite(name: string, tensor: RawTensor, reader: string, path: string): Float32Array {
  if (tensor.dtype !== "F32") throw new Error(`${reader}: unsupported dtype of ${name} in ${path}: ${tensor.dtype}; expected F32`);
  const data = asFloat32(tensor);
  for (let i = 0; i < data.length; i++) {
    if (data[i] - data[i] !== 0) throw new Error(`${reader}: invalid ${name} in ${path}: ${data[i]} at element ${i}; expected finite numbers`);
  }
  return data;
}
