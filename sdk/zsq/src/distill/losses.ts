import * as tf from "@tensorflow/tfjs-node-gpu";
import type { ChannelStatistics } from "./statistics";

/** One layer's contribution to a loss, with its derivatives in the statistics of the images. */
export interface LossTerm {
  /** the term of each image, [n,1,1,1] */
  value: tf.Tensor;
  /** [n,1,1,c] each; null where the term does not depend on it */
  byMean: tf.Tensor | null;
  byStd: tf.Tensor | null;
}

/**
 * A loss on the statistics of what enters the batch normalizations: a sum over layers of terms that compare an image's
 * mean and standard deviation per channel with the stored ones.
 */
export interface StatisticsLoss {
  name: string;
  needsStd: boolean;
  /** The term of one layer of `layers`; runs inside tf.tidy. `images.std` is null unless needsStd. */
  term(images: { mean: tf.Tensor; std: tf.Tensor | null }, stored: ChannelStatistics, layers: number): LossTerm;
}

/** (1 / L) * ||mean~ - mean||^2 per layer: the study's mean-only loss (Eq. 2 without its second term). */
export const meanLoss: StatisticsLoss = {
  name: "mean",
  needsStd: false,
  term: ({ mean }, stored, layers) => {
    const { value, gradient } = squaredDistance(mean, stored.mean, layers);
    return { value, byMean: gradient, byStd: null };
  },
};

/** (1 / L) * ||std~ - std||^2 per layer: the second term of Eq. 2. */
export const stdLoss: StatisticsLoss = {
  name: "std",
  needsStd: true,
  term: ({ std }, stored, layers) => {
    const { value, gradient } = squaredDistance(std!, stored.std, layers);
    return { value, byMean: null, byStd: gradient };
  },
};

/** The sum of losses, named like "mean+std". */
export function sumOf(...losses: StatisticsLoss[]): StatisticsLoss {
  return {
    name: losses.map(({ name }) => name).join("+"),
    needsStd: losses.some(({ needsStd }) => needsStd),
    term: (images, stored, layers) => {
      const terms = losses.map((loss) => loss.term(images, stored, layers));
      const add = (parts: (tf.Tensor | null)[]): tf.Tensor | null => parts.reduce((a, b) => (a && b ? a.add(b) : a ?? b), null);
      return { value: add(terms.map(({ value }) => value))!, byMean: add(terms.map(({ byMean }) => byMean)), byStd: add(terms.map(({ byStd }) => byStd)) };
    },
  };
}

/** Both terms of Eq. 2. */
export const meanStdLoss = sumOf(meanLoss, stdLoss);

function squaredDistance(images: tf.Tensor, stored: tf.Tensor, layers: number): { value: tf.Tensor; gradient: tf.Tensor } {
  const difference = images.sub(stored);
  return { value: difference.square().sum(-1, true).div(layers), gradient: difference.mul(2 / layers) };
}
