import { rmSync } from "node:fs";
import type { RetinaNetConfig } from "../nn/config";
import type { Detector } from "../nn/detector";
import { weight, type Weights } from "../nn/weights";
import { writeFileAtomic } from "./atomic-write";
import { cardPath, readCard, type CheckpointCard } from "./checkpoint-card";
import { sha256OfFile } from "./checksum";
import { configSchema } from "./config-schema";
import { fileShapes, memoryShapes, readDetector } from "./detector-file";
import type { TensorInfo } from "./dtype";
import { toOutInHeightWidth } from "./kernel-layout";
import { parseJson } from "./parse-json";
import { openSafetensors, writeTensors, type NamedArray, type Safetensors } from "./safetensors";

/**
 * Writes a detector as a safetensors file in torchvision's layout (names, kernels [out, in, height, width]) with its
 * config as JSON in the metadata, and beside it the card, `<name>.json`. The tensors stay the caller's.
 *
 * Returns the checkpoint's SHA-256. Each file is written all or nothing; the old card goes before the new checkpoint
 * comes, so that a card never describes another file. Throws one line if a weight is missing or a file cannot be written.
 */
export function saveCheckpoint(path: string, { config, weights }: { config: RetinaNetConfig; weights: Weights }, card?: Omit<CheckpointCard, "sha256">): string {
  const shapes = memoryShapes(config);
  for (const name of shapes.keys()) weight(weights, name);
  rmSync(cardPath(path), { force: true });
  const tensors = new Map([...fileShapes(config)].map(([name, shape]): [string, TensorInfo] => [name, { dtype: "F32", shape }]));
  writeTensors(path, tensors, (name) => {
    const { buffer, byteOffset, byteLength } = inFile(weights, name, shapes.get(name)!);
    return new Uint8Array(buffer, byteOffset, byteLength);
  }, metadataOf(config));
  const sha256 = sha256OfFile(path);
  if (card) writeFileAtomic(cardPath(path), `${JSON.stringify({ ...card, sha256 }, null, 2)}\n`);
  return sha256;
}

/** What saveCheckpoint writes, for those that write it themselves. */
export function checkpointContents({ config, weights }: { config: RetinaNetConfig; weights: Weights }): Safetensors {
  const shapes = memoryShapes(config);
  return { tensors: new Map([...fileShapes(config)].map(([name, shape]): [string, NamedArray] => [name, { shape, data: inFile(weights, name, shapes.get(name)!) }])), metadata: metadataOf(config) };
}

const metadataOf = (config: RetinaNetConfig): Map<string, string> => new Map([["config", JSON.stringify(config)]]);

function inFile(weights: Weights, name: string, shape: readonly number[]): Float32Array {
  const data = weight(weights, name).dataSync() as Float32Array;
  return shape.length === 4 ? toOutInHeightWidth(data, shape) : data;
}

/**
 * Reads a checkpoint of saveCheckpoint; the caller disposes the detector.
 *
 * Throws one line that names the file and the reason if it is missing, damaged, not what its card describes, without a
 * valid config, or if a weight is missing, unknown, of another shape or not finite.
 */
export const loadDetector = (path: string): Detector => load(path, readCard);

/** loadDetector for a file that something else than its card lies beside. */
export const loadDetectorAlone = (path: string): Detector => load(path, () => null);

function load(path: string, cardOf: typeof readCard): Detector {
  const file = openSafetensors(path);
  try {
    const card = cardOf(path);
    if (card && sha256OfFile(path) !== card.sha256) throw new Error(`loadDetector: damaged ${path}: its SHA-256 differs; expected ${card.sha256} as in ${cardPath(path)}`);
    const config = configIn(file.metadata, "loadDetector", path), expected = fileShapes(config);
    for (const name of file.tensors.keys()) if (!expected.has(name)) throw new Error(`loadDetector: unknown weight in ${path}: ${name}; expected the ${expected.size} names of its config`);
    return readDetector(file, config, "loadDetector", path);
  } finally {
    file.close();
  }
}

/** The config of a checkpoint of saveCheckpoint; its weights are not read. Throws as loadDetector. */
export function readConfig(path: string): RetinaNetConfig {
  const file = openSafetensors(path);
  file.close();
  return configIn(file.metadata, "readConfig", path);
}

function configIn(metadata: ReadonlyMap<string, string>, reader: string, path: string): RetinaNetConfig {
  const text = metadata.get("config");
  if (text === undefined) throw new Error(`${reader}: missing config in ${path}; expected the metadata of a checkpoint written by saveCheckpoint`);
  return parseJson(configSchema, text, reader, `the config of ${path}`);
}
