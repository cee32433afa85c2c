import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { resnet } from "../nn/resnet";
import { Tape } from "../nn/tape";
import * as kernels from "../tensor/kernels";
import type { StatisticsLoss } from "./losses";
import { imageStatistics, type ChannelStatistics } from "./statistics";

/**
 * Loss of each image [n,1,1,1] and the gradient of their sum in the normalized images [n,h,w,3]; the caller disposes both.
 * Only the detector's ResNet runs: nothing behind it has batch normalization.
 *
 * - **stored** – the statistics to be met, by batch-norm layer (see storedStatistics)
 */
export function lossGradient(detector: Detector, stored: ReadonlyMap<string, ChannelStatistics>, loss: StatisticsLoss, images: tf.Tensor4D): { value: tf.Tensor4D; gradient: tf.Tensor4D } {
  return tf.tidy(() => {
    const values: tf.Tensor[] = [];
    const tape = new Tape(detector.weights, {
      mode: "input",
      onBatchNormInput: (name, x) => {
        const { value, ...affine } = layerTerm(loss, x, stored.get(name)!, stored.size);
        values.push(value);
        return affine;
      },
    });
    const input = tape.input(images);
    resnet(tape, detector.config.resnet, input);
    tape.backward();
    return { value: tf.addN(values) as tf.Tensor4D, gradient: input.grad! };
  });
}

// The loss of one layer; its gradient in x is a * x + b, since d mean / dx = 1 / m and d std / dx = (x - mean) / (m std).
function layerTerm(loss: StatisticsLoss, x: tf.Tensor4D, stored: ChannelStatistics, layers: number): { value: tf.Tensor; a: tf.Tensor4D | null; b: tf.Tensor4D } {
  const pixels = x.shape[1] * x.shape[2];
  const { mean, std } = imageStatistics(x, loss.needsStd);
  const { value, byMean, byStd } = loss.term({ mean, std }, stored, layers);
  const constant = byMean ? byMean.div(pixels) : tf.zerosLike(mean);
  if (!byStd) return { value, a: null, b: constant as tf.Tensor4D };
  const a = byStd.div(std!.mul(pixels)) as tf.Tensor4D;
  return { value, a, b: kernels.subtract(constant, kernels.multiply(a, mean)) };
}
