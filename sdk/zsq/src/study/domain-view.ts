import type { Detector } from "../nn/detector";
import { weight } from "../nn/weights";

/** How far one batch normalization's stored statistics are apart in two detectors. */
export interface DomainRow {
  layer: string;
  channels: number;
  /** mean over channels of |mean - mean'| in standard deviations of the first detector */
  mean: number;
  /** mean over channels of |ln(std' / std)| */
  logStd: number;
  /** mean over channels of the divergence KL(first || second) of the two normal distributions, in nats */
  divergence: number;
}

/**
 * The distance between what two detectors of one architecture have stored, layer by layer: what a change of domain did
 * to the statistics that distillation goes by.
 *
 * Throws if the layers differ.
 *
 * @example domainDistance(visible, thermal)[0] // { layer: "backbone.body.bn1", … }
 */
export function domainDistance(first: Pick<Detector, "architecture" | "weights">, second: Pick<Detector, "architecture" | "weights">): DomainRow[] {
  return first.architecture.ofKind("batchNorm").map(({ name }) => {
    const [a, b] = [first, second].map(({ weights }) => ({ mean: weight(weights, `${name}.running_mean`).dataSync(), variance: weight(weights, `${name}.running_var`).dataSync() }));
    if (a.mean.length !== b.mean.length) throw new Error(`domainDistance: invalid channels of ${name}: ${b.mean.length}; expected ${a.mean.length}`);
    const channels = a.mean.length, sums = { mean: 0, logStd: 0, divergence: 0 };
    for (let c = 0; c < channels; c++) {
      const [v, w] = [a.variance[c] + 1e-5, b.variance[c] + 1e-5], difference = a.mean[c] - b.mean[c];
      sums.mean += Math.abs(difference) / Math.sqrt(v);
      sums.logStd += Math.abs(0.5 * Math.log(w / v));
      sums.divergence += 0.5 * (Math.log(w / v) + (v + difference * difference) / w - 1);
    }
    return { layer: name, channels, mean: sums.mean / channels, logStd: sums.logStd / channels, divergence: sums.divergence / channels };
  });
}
