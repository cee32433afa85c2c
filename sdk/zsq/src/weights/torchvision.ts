import { Architecture } from "../nn/architecture";
import { retinaNetR50, type RetinaNetConfig } from "../nn/config";
import type { Detector } from "../nn/detector";
import { anchorsPerPosition } from "../nn/retinanet";
import { writeFileAtomic } from "./atomic-write";
import { cardPath } from "./checkpoint-card";
import { sha256OfFile } from "./checksum";
import { checkFinite, fileShapes, readDetector, roomFor } from "./detector-file";
import type { TensorFile, TensorInfo } from "./dtype";
import { naming, Refusal } from "./format-error";
import { writeTensors } from "./safetensors";
import { openTorch, type OpenTorchOptions } from "./torch/torch-file";

const CLASSIFIER = "head.classification_head.cls_logits.bias";
const COUNTER = "num_batches_tracked"; // of every batch normalization; nothing depends on it

/** How a state dict departs from torchvision's; all lists empty: it is complete. */
export interface StateDictDifference {
  missing: string[];
  unexpected: string[];
  /** of another shape or dtype */
  different: { name: string; received: string; expected: string }[];
}

/** Every name of torchvision's state dict for a config, with dtype and shape: our weights, and a counter per batch normalization. */
export function torchvisionStateDict(config: RetinaNetConfig): Map<string, TensorInfo> {
  const weights = [...fileShapes(config)].map(([name, shape]): [string, TensorInfo] => [name, { dtype: "F32", shape }]);
  const counters = new Architecture(config).ofKind("batchNorm").map(({ name }): [string, TensorInfo] => [`${name}.${COUNTER}`, { dtype: "I64", shape: [] }]);
  return new Map([...weights, ...counters]);
}

/** The config of a torchvision retinanet_resnet50_fpn_v2 state dict; 91 classes where its classifier is missing. */
export function torchvisionConfig(tensors: ReadonlyMap<string, TensorInfo>): RetinaNetConfig {
  const outputs = tensors.get(CLASSIFIER)?.shape ?? [], classes = outputs[0] / anchorsPerPosition(retinaNetR50());
  return retinaNetR50(outputs.length === 1 && Number.isInteger(classes) && classes > 0 ? classes : 91);
}

/** Names, shapes and dtypes in which a state dict differs from torchvision's for a config; each list in the order of its file. */
export function stateDictDifference(tensors: ReadonlyMap<string, TensorInfo>, config = torchvisionConfig(tensors)): StateDictDifference {
  const expected = torchvisionStateDict(config), text = ({ dtype, shape }: TensorInfo): string => `${dtype} [${shape}]`;
  const common = [...expected].flatMap(([name, info]) => (tensors.has(name) ? [{ name, received: text(tensors.get(name)!), expected: text(info) }] : []));
  return {
    missing: [...expected.keys()].filter((name) => !tensors.has(name)),
    unexpected: [...tensors.keys()].filter((name) => !expected.has(name)),
    different: common.filter((one) => one.received !== one.expected),
  };
}

/**
 * Reads a state dict of torchvision's retinanet_resnet50_fpn_v2, saved by torch.save, as our detector; the number of
 * classes is that of its classifier. One tensor at a time is in memory beside the detector; the caller disposes it.
 *
 * Throws a FormatError if openTorch refuses the file, a name is missing, unexpected or of another shape or dtype (all are
 * counted, the first are named; see stateDictDifference), or a number is not finite.
 */
export const loadTorchvision = (path: string, options?: OpenTorchOptions): Detector =>
  withStateDict(path, options, (file, config) => readDetector(file, config, "loadTorchvision", path));

/**
 * Writes a torchvision checkpoint as a safetensors checkpoint of ours, for loadDetector, and its card; bytes are copied as
 * they are, one tensor at a time. Returns the new file's SHA-256.
 *
 * Throws as loadTorchvision, or if a file cannot be written.
 */
export function convertTorchvision(path: string, to: string, options?: OpenTorchOptions): string {
  return withStateDict(path, options, (file, config) => {
    const tensors = new Map([...fileShapes(config)].map(([name, shape]): [string, TensorInfo] => [name, { dtype: "F32", shape }]));
    const room = roomFor(config);
    writeTensors(to, tensors, (name) => {
      const tensor = file.read(name, room);
      checkFinite(name, tensor, "convertTorchvision", path);
      return tensor.bytes;
    }, new Map([["config", JSON.stringify(config)]]));
    const sha256 = sha256OfFile(to);
    writeFileAtomic(cardPath(to), `${JSON.stringify({ source: "torchvision retinanet_resnet50_fpn_v2", sourceSha256: sha256OfFile(path), sha256 }, null, 2)}\n`);
    return sha256;
  });
}

function withStateDict<T>(path: string, options: OpenTorchOptions | undefined, f: (file: TensorFile, config: RetinaNetConfig) => T): T {
  const file = openTorch(path, options);
  try {
    const config = torchvisionConfig(file.tensors);
    const { missing, unexpected, different } = stateDictDifference(file.tensors, config);
    const parts = [counted("missing", missing), counted("unexpected", unexpected), counted("different", different.map((d) => `${d.name} ${d.received} for ${d.expected}`))].filter(Boolean);
    if (parts.length) naming("loadTorchvision", path, () => { throw new Refusal("names", `${parts.join("; ")}; expected the ${torchvisionStateDict(config).size} tensors of retinanet_resnet50_fpn_v2`); });
    return f(file, config);
  } finally {
    file.close();
  }
}

const counted = (what: string, names: readonly string[]): string => (names.length ? `${names.length} ${what}: ${names[0]}${names.length > 1 ? ", …" : ""}` : "");
