import type { QParams } from "../affine";
import { Extremes, tailSize } from "../percentile";
import type { Range } from "../range";
import { AbsHistogram } from "./abs-histogram";
import { DyadicHistogram } from "./dyadic-histogram";
import { entropyRange, l2Range, meanSquaredErrorRange, percentileRange } from "./histogram-ranges";
import type { CalibratorSpec } from "./spec";
import { SymmetricHistogram } from "./symmetric-histogram";
import { TorchHistogram } from "./torch-histogram";

/** The range of a tensor between layers, over all images, positions, channels and pyramid levels. */
export interface ActivationRange extends Range {
  /** the range [-magnitude, magnitude] of symmetric quantization */
  magnitude: number;
  /** scale and zero point that schemes of the same levels take as they are; only where the range came from some */
  qparams?: QParams;
}

/** Sees all values of a tensor, in batches, and then says their range. */
export interface Observer {
  /** Throws if a value is not finite. */
  add(values: Float32Array): void;
  /** Throws if there were no values. */
  range(): ActivationRange;
  /** only where the range depends on the largest and smallest values alone */
  readonly tails?: Tails;
}

/** What an observer of the ends of a distribution needs to see of it. */
export interface Tails {
  /** how many values at each end decide */
  readonly size: number;
  /** values within, ends included, no longer matter but for their number */
  settled(): Range;
  /** takes in so many values that do not matter */
  skip(count: number): void;
}

/**
 * The observer for a calibrator. All but the moving average and those with compat are independent of the order of the
 * values. Memory: percentile 16 (1 - p/100) N bytes, where N is `values`; histograms 64 kB, with compat 16 to 32 kB, which
 * TensorRT's and ONNX Runtime's exceed when later batches are larger than the first; the moving average none.
 *
 * - **name** – what the values are, for error messages
 * - **values** – how many will come, at most
 */
export function createObserver(spec: CalibratorSpec, name: string, values: number): Observer {
  switch (spec.method) {
    case "percentile":
      return new PercentileObserver(new Extremes(name, tailSize(values, spec.percentile)), spec.percentile);
    case "moving-average":
      return new MovingAverageObserver(name, spec.momentum);
    case "histogram-percentile":
      if (spec.compat === "pytorch-quantization") return new ThresholdObserver(name, (histogram) => histogram.percentile(spec.percentile));
      if (spec.compat === "onnxruntime") return new OnnxruntimeObserver(name, spec.percentile);
      return new HistogramObserver(name, (histogram) => percentileRange(histogram, spec.percentile), tailSize(values, spec.percentile));
    case "entropy":
      if (spec.compat) return new ThresholdObserver(name, (histogram) => histogram.entropy().amax);
      return new HistogramObserver(name, (histogram) => entropyRange(histogram, spec.bits));
    case "mse":
      if (spec.compat) return new ThresholdObserver(name, (histogram) => histogram.meanSquaredError().amax);
      return new HistogramObserver(name, (histogram) => meanSquaredErrorRange(histogram, spec.bits));
    case "l2":
      return spec.compat ? new TorchObserver(name, spec.bits) : new HistogramObserver(name, (histogram) => l2Range(histogram, spec.bits));
  }
}

const missing = (name: string): Error => new Error(`calibrate: missing ${name}; expected at least one value`);

class PercentileObserver implements Observer {
  constructor(private readonly extremes: Extremes, private readonly percentile: number) {}

  get tails(): Tails { return this.extremes; }

  add(values: Float32Array): void { this.extremes.add(values); }

  range(): ActivationRange {
    const { extremes, percentile: p } = this;
    return { min: extremes.min >= 0 ? extremes.min : extremes.lower(p), max: extremes.upper(p), magnitude: extremes.magnitude(p) };
  }
}

class HistogramObserver implements Observer {
  private readonly histogram: DyadicHistogram;

  constructor(private readonly name: string, private readonly choose: (histogram: DyadicHistogram) => ActivationRange, private readonly tail?: number) {
    this.histogram = new DyadicHistogram(name);
  }

  get tails(): Tails | undefined {
    const { histogram, tail: size } = this;
    return size === undefined ? undefined : { size, settled: () => histogram.settled(size), skip: (count) => histogram.skip(count, size) };
  }

  add(values: Float32Array): void { this.histogram.add(values); }

  range(): ActivationRange {
    if (this.histogram.count === 0) throw missing(this.name);
    return this.choose(this.histogram);
  }
}

class MovingAverageObserver implements Observer {
  private average: ActivationRange | undefined;

  constructor(private readonly name: string, private readonly momentum: number) {}

  add(values: Float32Array): void {
    const { min, max } = extent(values, this.name), magnitude = Math.max(-min, max), { average: old, momentum: m } = this;
    this.average = old ? { min: old.min + m * (min - old.min), max: old.max + m * (max - old.max), magnitude: old.magnitude + m * (magnitude - old.magnitude) } : { min, max, magnitude };
  }

  range(): ActivationRange {
    if (!this.average) throw missing(this.name);
    return this.average;
  }
}

// what the compat observers share: the true extent, within which their ranges lie
abstract class ExtentObserver implements Observer {
  protected min = Infinity;
  protected max = -Infinity;

  constructor(private readonly name: string) {}

  add(values: Float32Array): void {
    const { min, max } = extent(values, this.name);
    [this.min, this.max] = [Math.min(this.min, min), Math.max(this.max, max)];
    this.take(values);
  }

  range(): ActivationRange {
    if (this.min > this.max) throw missing(this.name);
    return this.choose();
  }

  protected abstract take(values: Float32Array): void;
  protected abstract choose(): ActivationRange;
}

// TensorRT's: a threshold of |x|, from its float32 counts
class ThresholdObserver extends ExtentObserver {
  private readonly histogram = new AbsHistogram(2048, "float32");

  constructor(name: string, private readonly threshold: (histogram: AbsHistogram) => number | null) { super(name); }

  protected take(values: Float32Array): void { this.histogram.add(values); }

  protected choose(): ActivationRange {
    const magnitude = this.threshold(this.histogram) ?? Math.max(-this.min, this.max);
    return { min: Math.max(this.min, -magnitude), max: Math.min(this.max, magnitude), magnitude };
  }
}

class OnnxruntimeObserver extends ExtentObserver {
  private readonly histogram = new SymmetricHistogram();
  private readonly absolute = new SymmetricHistogram(true);

  constructor(name: string, private readonly percentile: number) { super(name); }

  protected take(values: Float32Array): void {
    this.histogram.add(values);
    this.absolute.add(values);
  }

  protected choose(): ActivationRange {
    return { ...this.histogram.percentile(this.percentile), magnitude: this.absolute.percentile(this.percentile).max };
  }
}

class TorchObserver extends ExtentObserver {
  private readonly histogram = new TorchHistogram();

  constructor(name: string, private readonly bits: number) { super(name); }

  protected take(values: Float32Array): void { this.histogram.add(values); }

  protected choose(): ActivationRange {
    const { min, max } = this.histogram.range(this.bits);
    return { min, max, magnitude: Math.max(-min, max) };
  }
}

function extent(values: Float32Array, name: string): Range {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) throw new Error(`calibrate: invalid ${name}: ${value}; expected finite values`);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
