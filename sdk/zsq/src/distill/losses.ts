import * as tf from "@tensorflow/tfjs-node-gpu";
import { INPUT_LAYER, layerValues, type LayerChannels, type Statistics, type StoredStatistics } from "./statistics";

/** A loss with its derivatives in the statistics of the images. */
export interface LossTerm {
  /** the parts of each image's loss, [n,1,1,parts] */
  value: tf.Tensor4D;
  /** of the loss, [n,1,1,c] each; null where it does not depend on them */
  byMean: tf.Tensor4D | null;
  byStd: tf.Tensor4D | null;
}

/**
 * A loss on the statistics of what enters the batch normalizations: compares each image's mean and deviation per channel
 * with the stored ones. A new loss needs nothing but this.
 */
export interface StatisticsLoss {
  /** such as "mean+std" */
  name: string;
  /** names of the columns of `value`; the loss is their sum */
  parts: readonly string[];
  needsStd: boolean;
  /** - **weights** – of the channels' terms, [1,1,1,c]: see Normalizer. Runs inside tf.tidy; `images.std` is null unless needsStd. */
  term(images: Statistics, stored: Pick<StoredStatistics, "mean" | "std">, weights: tf.Tensor4D): LossTerm;
}

/** Sum over channels of w * (mean~ - mean)^2: the study's mean-only loss (Eq. 2 without its second term). */
export const meanLoss: StatisticsLoss = {
  name: "mean",
  parts: ["mean"],
  needsStd: false,
  term: ({ mean }, stored, weights) => {
    const { value, gradient } = squaredDistance(mean, stored.mean, weights);
    return { value, byMean: gradient, byStd: null };
  },
};

/** Sum over channels of w * (std~ - std)^2: the second term of Eq. 2. */
export const stdLoss: StatisticsLoss = {
  name: "std",
  parts: ["std"],
  needsStd: true,
  term: ({ std }, stored, weights) => {
    const { value, gradient } = squaredDistance(std!, stored.std, weights);
    return { value, byMean: null, byStd: gradient };
  },
};

/** The sum of losses, named like "mean+std". */
export function sumOf(...losses: StatisticsLoss[]): StatisticsLoss {
  return {
    name: losses.map(({ name }) => name).join("+"),
    parts: losses.flatMap(({ parts }) => parts),
    needsStd: losses.some(({ needsStd }) => needsStd),
    term: (images, stored, weights) => {
      const terms = losses.map((loss) => loss.term(images, stored, weights));
      const add = (parts: (tf.Tensor4D | null)[]): tf.Tensor4D | null => parts.reduce((a, b) => (a && b ? a.add<tf.Tensor4D>(b) : a ?? b), null);
      return { value: tf.concat(terms.map(({ value }) => value), 3), byMean: add(terms.map(({ byMean }) => byMean)), byStd: add(terms.map(({ byStd }) => byStd)) };
    },
  };
}

/** Both terms of Eq. 2. */
export const meanStdLoss = sumOf(meanLoss, stdLoss);

/**
 * What the squared distance of a layer is divided by. Adam does not see a factor common to all layers; it does see
 * "perChannel", which lets narrow layers count for more.
 *
 * - "perLayer": the number of batch normalizations, as in Eq. 2 of the study
 * - "sum": nothing
 * - "perChannel": the channels of the layer (the image itself: 1), as in ZeroQ's code for detectors
 * - "perBatch": the images that run together, as in ZeroQ's code for classifiers
 */
export type Normalizer = "perLayer" | "sum" | "perChannel" | "perBatch";

/** The weight of each channel's term, float32 [1,1,1,c], for `images` images that run together; the caller disposes it. */
export function channelWeights(normalizer: Normalizer, layers: readonly LayerChannels[], images: number): tf.Tensor4D {
  const norms = layers.filter(({ name }) => name !== INPUT_LAYER).length;
  const weight = ({ name, channels }: LayerChannels): number =>
    ({ perLayer: 1 / norms, sum: 1, perChannel: name === INPUT_LAYER ? 1 : 1 / channels, perBatch: 1 / images })[normalizer];
  return layerValues(layers, weight);
}

function squaredDistance(images: tf.Tensor4D, stored: tf.Tensor4D, weights: tf.Tensor4D): { value: tf.Tensor4D; gradient: tf.Tensor4D } {
  const difference = images.sub(stored);
  const weighted = difference.mul(weights);
  return { value: weighted.mul(difference).sum(3, true), gradient: weighted.mul(2) };
}
