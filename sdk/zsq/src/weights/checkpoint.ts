import { rmSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture } from "../nn/architecture";
import type { RetinaNetConfig } from "../nn/config";
import { Detector } from "../nn/detector";
import { weight, type Weights } from "../nn/weights";
import { writeFileAtomic } from "./atomic-write";
import { cardPath, readCard, type CheckpointCard } from "./checkpoint-card";
import { sha256OfFile } from "./checksum";
import { configSchema } from "./config-schema";
import { toHeightWidthInOut, toOutInHeightWidth } from "./kernel-layout";
import { parseJson } from "./parse-json";
import { readSafetensors, writeSafetensors, type NamedArray } from "./safetensors";

/**
 * Writes a detector as a safetensors file in torchvision's layout (names, kernels [out, in, height, width]) with its
 * config as JSON in the metadata, and beside it the card, `<name>.json`. The tensors stay the caller's.
 *
 * Returns the checkpoint's SHA-256. Each file is written all or nothing; the old card goes before the new checkpoint
 * comes, so that a card never describes another file. Throws one line if a weight is missing or a file cannot be written.
 */
export function saveCheckpoint(path: string, { config, weights }: { config: RetinaNetConfig; weights: Weights }, card?: Omit<CheckpointCard, "sha256">): string {
  const tensors = new Map<string, NamedArray>();
  for (const [name, shape] of expectedShapes(config)) {
    const data = weight(weights, name).dataSync() as Float32Array;
    const kernel = shape.length === 4;
    tensors.set(name, { shape: kernel ? fileShape(shape) : shape, data: kernel ? toOutInHeightWidth(data, shape) : data });
  }
  rmSync(cardPath(path), { force: true });
  writeSafetensors(path, tensors, new Map([["config", JSON.stringify(config)]]));
  const sha256 = sha256OfFile(path);
  if (card) writeFileAtomic(cardPath(path), `${JSON.stringify({ ...card, sha256 }, null, 2)}\n`);
  return sha256;
}

/**
 * Reads a checkpoint of saveCheckpoint; the caller disposes the detector.
 *
 * Throws one line that names the file and the reason if it is missing, damaged, not what its card describes, without a
 * valid config, or if a weight is missing, unknown, of another shape or not finite.
 */
export function loadDetector(path: string): Detector {
  const { tensors, metadata } = readSafetensors(path);
  const card = readCard(path);
  if (card && sha256OfFile(path) !== card.sha256) throw new Error(`loadDetector: damaged ${path}: its SHA-256 differs; expected ${card.sha256} as in ${cardPath(path)}`);
  const text = metadata.get("config");
  if (text === undefined) throw new Error(`loadDetector: missing config in ${path}; expected the metadata of a checkpoint written by saveCheckpoint`);
  const config = parseJson(configSchema, text, "loadDetector", `the config of ${path}`);
  const expected = expectedShapes(config);
  for (const [name, shape] of expected) checkTensor(name, shape.length === 4 ? fileShape(shape) : shape, tensors.get(name), path);
  for (const name of tensors.keys()) if (!expected.has(name)) throw new Error(`loadDetector: unknown weight in ${path}: ${name}; expected the ${expected.size} names of its config`);
  return new Detector(config, new Map([...expected].map(([name, shape]) => {
    const { data } = tensors.get(name)!;
    return [name, tf.tensor(shape.length === 4 ? toHeightWidthInOut(data, shape) : data, shape, "float32")];
  })));
}

const expectedShapes = (config: RetinaNetConfig): Map<string, number[]> => {
  const { parameters, buffers } = new Architecture(config);
  return new Map([...parameters, ...buffers]);
};

// [height, width, in, out] -> [out, in, height, width]
const fileShape = ([height, width, inputs, outputs]: readonly number[]): number[] => [outputs, inputs, height, width];

function checkTensor(name: string, shape: readonly number[], tensor: NamedArray | undefined, path: string): void {
  if (!tensor) throw new Error(`loadDetector: missing weight in ${path}: ${name}; expected shape [${shape}]`);
  if (tensor.shape.join() !== shape.join()) throw new Error(`loadDetector: invalid shape of ${name} in ${path}: [${tensor.shape}]; expected [${shape}]`);
  const bad = tensor.data.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new Error(`loadDetector: invalid ${name} in ${path}: ${tensor.data[bad]} at element ${bad}; expected finite numbers`);
}
