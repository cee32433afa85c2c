import type * as tf from "@tensorflow/tfjs-node-gpu";
import type { RetinaNetConfig } from "../nn/config";
import type { Graph } from "../nn/graph";
import { weight, type Weights } from "../nn/weights";
import { checkQParams, fakeQuantize, levelRange, type QParams } from "./affine";
import { arithmetics } from "./arithmetic";
import type { Calibration } from "./calibrate";
import { calibratorName } from "./calibrators/spec";
import { imageRange, rangesOf } from "./range";
import { layerScheme, type Scheme } from "./scheme";
import { layerOfKey } from "./sites";

/** The kernels rounded to their levels, by full name, and how, by the name of the convolution; the caller disposes the kernels. */
export function quantizeKernels(weights: Weights, graph: Graph, scheme: Scheme): { kernels: Map<string, tf.Tensor>; qparams: Map<string, QParams[]> } {
  const qparams = new Map<string, QParams[]>(), kernels = new Map<string, tf.Tensor>();
  const { choose } = arithmetics[scheme.arithmetic ?? "paper"];
  for (const name of new Set(graph.of("conv").map((node) => node.name))) {
    const { bits, granularity, symmetric, narrow } = layerScheme(scheme, name).weights;
    if (bits === 32) continue;
    qparams.set(name, rangesOf(weight(weights, `${name}.weight`), granularity).map((range) => choose(range, { bits, symmetric, narrow })));
  }
  for (const [name, chosen] of qparams) kernels.set(`${name}.weight`, fakeQuantize(weight(weights, `${name}.weight`), chosen, layerScheme(scheme, name).weights.granularity));
  return { kernels, qparams };
}

/** How the tensors of the given keys (see Sites) are quantized by the scheme, from their ranges. */
export function chooseActivationQParams({ image }: RetinaNetConfig, graph: Graph, calibration: Calibration, scheme: Scheme, keys: readonly string[]): Map<string, QParams> {
  const [expected, given] = [scheme.activations.calibrator, calibration.calibrator].map(calibratorName);
  if (keys.length && given !== expected) throw new Error(`quantizeDetector: invalid calibrator of the calibration: ${given}; expected ${expected}, that of the scheme`);
  const { choose } = arithmetics[scheme.arithmetic ?? "paper"], first = graph.of("conv")[0].name;
  return new Map(keys.map((key) => {
    const { bits, symmetric, narrow } = layerScheme(scheme, layerOfKey(key)).activations;
    if (key === first && scheme.inputRange === "image") return [key, choose(imageRange(image), { bits, symmetric, narrow })];
    const range = calibration.get(key);
    if (!range) throw new Error(`quantizeDetector: missing calibration of layer: ${key}; expected a range for each of ${keys.length} tensors`);
    const { min, max, magnitude, qparams: known } = range;
    if (known && known.bits === bits && known.narrow === narrow && (!symmetric || known.zeroPoint === 0)) return [key, checkedLevels(key, known)];
    if (!(Number.isFinite(max - min) && min <= max && magnitude >= 0 && magnitude < Infinity)) throw new RangeError(`quantizeDetector: invalid range of ${key}: [${min}, ${max}]; expected finite min <= max`);
    if (min === 0 && max === 0) throw new RangeError(`quantizeDetector: invalid range of ${key}: [0, 0], which makes it all zeros; expected some other value; try exclude`);
    return [key, choose(symmetric ? { min: -magnitude, max: magnitude } : { min, max }, { bits, symmetric, narrow })];
  }));
}

function checkedLevels(key: string, qparams: QParams): QParams {
  checkQParams(`quantizeDetector: ${key}`, qparams);
  const [lowest, highest] = levelRange(qparams), { zeroPoint } = qparams;
  if (zeroPoint < lowest || zeroPoint > highest) throw new RangeError(`quantizeDetector: invalid zero point of ${key}: ${zeroPoint}; expected ${lowest} to ${highest}`);
  return qparams;
}
