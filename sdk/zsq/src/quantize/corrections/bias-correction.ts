import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../../nn/detector";
import { runNetwork } from "../../nn/detector";
import { Graph } from "../../nn/graph";
import { weight } from "../../nn/weights";
import type { FoldedDetector } from "../fold-batch-norm";
import { HookedLayers } from "../hooked-layers";
import { QuantizedDetector } from "../quantized-detector";
import { normalCdf, normalDensity } from "./normal";

/**
 * The quantized detector with biases that give every output channel of every convolution the mean it has in float on the
 * images, such as distilled ones. One pass, each layer seeing those before it corrected; a head's bias gets the mean over
 * levels, by their positions.
 *
 * - **quantized** – of a scheme that folds batch norms, made from `detector`; must outlive the result
 * - **images** – normalized [n, h, w, 3], run at once; not disposed
 *
 * Returns a detector that the caller disposes. Source: Nagel et al. 2019, section 4.2, empirical.
 */
export function correctBiases(quantized: QuantizedDetector, detector: FoldedDetector, images: tf.Tensor4D): QuantizedDetector {
  if (!quantized.folded) throw new Error("correctBiases: unsupported scheme: batch norms apart; expected foldBatchNorm");
  const graph = new Graph(detector.config, [images.shape[1], images.shape[2]]), conv = new Map(graph.of("conv").map(({ index, name }) => [index, name]));
  const shifts = new Map<string, { sum: Float64Array; positions: number }>();
  tf.tidy(() => {
    const means = new Map<number, tf.Tensor>();
    const float = new HookedLayers(detector.weights, { folded: true, value: (index, y) => void (conv.has(index) && means.set(index, tf.keep(y.mean([0, 1, 2])))) });
    const outputs = [runNetwork(float, detector.config, images), runNetwork(correcting(), detector.config, images)];
    tf.dispose([...means.values(), ...outputs.flatMap(({ classLogits, boxRegression }) => [...classLogits, ...boxRegression])]);

    function correcting(): HookedLayers {
      const rounding = quantized.hooks();
      const value = (index: number, y: tf.Tensor4D): tf.Tensor4D | undefined => {
        const name = conv.get(index);
        if (name === undefined) return rounding.value!(index, y);
        const shift = means.get(index)!.sub(y.mean([0, 1, 2])), corrected = y.add(shift) as tf.Tensor4D, [, h, w] = y.shape;
        const known = shifts.get(name) ?? { sum: new Float64Array(shift.size), positions: 0 };
        shift.dataSync().forEach((by, c) => (known.sum[c] += by * h * w));
        shifts.set(name, { sum: known.sum, positions: known.positions + h * w });
        return rounding.value!(index, corrected) ?? corrected;
      };
      return new HookedLayers(quantized.weights, { ...rounding, value });
    }
  });
  return withShiftedBiases(quantized, new Map([...shifts].map(([name, { sum, positions }]) => [name, sum.map((value) => value / positions)])));
}

/**
 * The quantized detector with biases that undo the expected effect of rounded kernels: b -= sum (Wq - W) E[x], where x
 * has passed a batch normalization and ReLU, so that E[x] follows from gamma and beta alone. Other convolutions stay.
 *
 * - **detector** – that with its batch normalizations; **folded** – the one that was quantized, made from it and not equalized
 *
 * Returns a detector that the caller disposes. Source: Nagel et al. 2019, section 4.2.1, appendix C.
 */
export function correctBiasesAnalytically(quantized: QuantizedDetector, detector: Detector, folded: FoldedDetector): QuantizedDetector {
  if (!quantized.folded) throw new Error("correctBiasesAnalytically: unsupported scheme: batch norms apart; expected foldBatchNorm");
  const shifts = new Map<string, Float64Array>();
  for (const { name, inputs: [x] } of new Graph(detector.config).of("conv")) {
    if (x.operation !== "relu" || x.inputs[0].operation !== "batchNorm") continue;
    const expected = expectedAfterRelu(detector, x.inputs[0].name), key = `${name}.weight`;
    const shift = tf.tidy(() => weight(folded.weights, key).sub(weight(quantized.weights, key)).sum([0, 1]).mul(tf.tensor2d(expected, [expected.length, 1])).sum(0));
    shifts.set(name, Float64Array.from(shift.dataSync()));
    shift.dispose();
  }
  return withShiftedBiases(quantized, shifts);
}

// E[max(z, 0)] per channel for z normal with mean beta and deviation |gamma|, as the batch normalization makes it
function expectedAfterRelu({ weights }: Detector, norm: string): Float32Array {
  const [gamma, beta] = ["weight", "bias"].map((key) => weight(weights, `${norm}.${key}`).dataSync());
  return Float32Array.from(gamma as Float32Array, (value, c) => {
    const deviation = Math.abs(value), mean = beta[c];
    return deviation === 0 ? Math.max(mean, 0) : deviation * normalDensity(mean / deviation) + mean * normalCdf(mean / deviation);
  });
}

function withShiftedBiases(quantized: QuantizedDetector, shifts: ReadonlyMap<string, Float64Array>): QuantizedDetector {
  return quantized.withWeights(new Map([...shifts].map(([name, shift]) => {
    const key = `${name}.bias`, bias = quantized.weights.get(key)?.dataSync();
    return [key, tf.tensor1d(Float32Array.from(shift, (by, c) => (bias?.[c] ?? 0) + by))] as const;
  })));
}

