import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture } from "../nn/architecture";
import type { RetinaNetConfig } from "../nn/config";
import { runNetwork, type Predictor } from "../nn/detector";
import { Graph } from "../nn/graph";
import type { HeadOutputs } from "../nn/retinanet";
import type { Weights } from "../nn/weights";
import { chooseActivationQParams, quantizeKernels } from "./choose";
import { fakeQuantizeFast, type QParams } from "./affine";
import type { Calibrated, Calibration } from "./calibrate";
import { foldBatchNorms } from "./fold-batch-norm";
import { HookedLayers, type LayerHooks } from "./hooked-layers";
import { checkScheme, layerScheme, precisionName, type LayerSelection, type Scheme } from "./scheme";
import { quantizationSites, type Sites } from "./sites";

/** What a QuantizedDetector is made of. */
export interface QuantizedParts {
  config: RetinaNetConfig;
  scheme: Scheme;
  /** all weights of the detector, quantized kernels in place of the float ones */
  weights: Weights;
  /** those of the weights, and others, that dispose() frees */
  owned: readonly tf.Tensor[];
  /** how each kernel was quantized, by the name of its convolution: one for each scale */
  weightQParams: ReadonlyMap<string, readonly QParams[]>;
  /** how tensors between layers are quantized, by the keys of Sites */
  qparams: ReadonlyMap<string, QParams>;
  sites: Sites;
  /** batch normalizations are part of the convolutions */
  folded: boolean;
}

/**
 * A detector with quantized weights and tensors between layers, simulated in float32: both are rounded to their levels
 * (fake quantization), all else is float. It shares what is not quantized with the detector it was made from, which must
 * outlive it; dispose() frees the rest.
 */
export class QuantizedDetector implements Predictor {
  readonly config: RetinaNetConfig;
  readonly scheme: Scheme;
  /** such as "W8A8" */
  readonly precision: string;
  /** this and those below: see QuantizedParts */
  readonly folded: boolean;
  readonly weights: Weights;
  readonly weightQParams: ReadonlyMap<string, readonly QParams[]>;
  /** how tensors between layers are quantized: what enters a convolution by its name, its output by "<name>:output", sums by theirs */
  readonly inputQParams: ReadonlyMap<string, QParams>;
  readonly sites: Sites;
  /** MiB (2^20 bytes) of all parameters at the bits of the weights, those of excluded convolutions at 32: the paper's count */
  readonly sizeMiB: number;
  private readonly owned: readonly tf.Tensor[];

  constructor({ config, scheme, weights, owned, weightQParams, qparams, sites, folded }: QuantizedParts) {
    [this.config, this.scheme, this.weights, this.owned, this.weightQParams, this.inputQParams, this.sites, this.folded] = [config, scheme, weights, owned, weightQParams, qparams, sites, folded];
    this.precision = precisionName(scheme);
    this.sizeMiB = sizeMiB(config, scheme);
  }

  outputs(images: tf.Tensor4D): HeadOutputs<tf.Tensor4D> {
    return runNetwork(new HookedLayers(this.weights, this.hooks()), this.config, images);
  }

  /** What rounds the tensors that the sites name. */
  hooks(): LayerHooks {
    const { folded, sites, inputQParams } = this;
    const round = (key: string | undefined, x: tf.Tensor4D): tf.Tensor4D | undefined => {
      const qparams = key === undefined ? undefined : inputQParams.get(key);
      return qparams && fakeQuantizeFast(x, qparams);
    };
    return { folded, input: (conv, x) => round(sites.inputs.get(conv), x), value: (index, y) => round(sites.values.get(index), y) };
  }

  /** The same with other weights in place of some, which it then owns; this one must outlive it. */
  withWeights(changed: Weights): QuantizedDetector {
    const { config, scheme, weights, weightQParams, inputQParams: qparams, sites, folded } = this;
    return new QuantizedDetector({ config, scheme, weights: new Map([...weights, ...changed]), owned: [...changed.values()], weightQParams, qparams, sites, folded });
  }

  dispose(): void {
    tf.dispose([...this.owned]);
  }
}

/**
 * The detector with static quantization: kernels over their minimum and maximum, tensors between layers over the ranges
 * of the calibration.
 *
 * - **detector** – a Detector, or one whose batch normalizations are folded
 *
 * Returns a detector whose own tensors the caller frees by dispose().
 * Throws if the scheme is invalid or names an unknown layer, the calibration is of another calibrator or lacks a tensor,
 * or a range is not one.
 */
export function quantizeDetector(detector: Calibrated, calibration: Calibration, scheme: Scheme): QuantizedDetector {
  checkScheme("quantizeDetector", scheme);
  const graph = new Graph(detector.config);
  checkNames(scheme, graph);
  const isFloat = (layer: string): boolean => layerScheme(scheme, layer).activations.bits === 32;
  const sites = quantizationSites(graph, scheme.activations.tensors, { isFloat });
  const qparams = chooseActivationQParams(detector.config, graph, calibration, scheme, [...new Set([...sites.inputs.values(), ...sites.values.values()])]);
  const folds = scheme.foldBatchNorm === true && !detector.folded;
  const source = folds ? foldBatchNorms(detector) : detector;
  try {
    const { kernels, qparams: weightQParams } = quantizeKernels(source.weights, graph, scheme);
    const owned = [...kernels.values(), ...(folds ? source.weights.values() : [])];
    return new QuantizedDetector({ config: detector.config, scheme, weights: new Map([...source.weights, ...kernels]), owned, weightQParams, qparams, sites, folded: folds || detector.folded === true });
  } catch (error) {
    if (folds) tf.dispose([...source.weights.values()]);
    throw error;
  }
}

function sizeMiB(config: RetinaNetConfig, scheme: Scheme): number {
  const bits = new Architecture(config).layers.reduce((sum, { name, kind, parameters }) => {
    const count = [...parameters.values()].reduce((a, shape) => a + shape.reduce((x, y) => x * y, 1), 0);
    return sum + count * (kind === "conv" ? layerScheme(scheme, name) : scheme).weights.bits;
  }, 0);
  return bits / 8 / 2 ** 20;
}

function checkNames({ exclude, overrides = [] }: Scheme, graph: Graph): void {
  const names = new Set([...graph.of("conv"), ...graph.of("add")].map(({ name }) => name));
  const check = (what: string, selection: LayerSelection | undefined): void => {
    if (!Array.isArray(selection)) return;
    for (const name of selection) if (!names.has(name)) throw new Error(`quantizeDetector: unknown layer in ${what}: ${name}; expected convolutions such as ${graph.of("conv")[0].name}`);
  };
  check("exclude", exclude);
  for (const { layers } of overrides) check("overrides", layers);
}

