import { Calibration } from "../quantize/calibrate";
import type { ActivationRange } from "../quantize/calibrators/observer";

/** Gradients of the lower and the upper end of ranges, by their keys. */
export type EndGradients = ReadonlyMap<string, readonly [low: number, high: number]>;

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-12];

/**
 * Ranges whose ends learn by Adam, in parts of their range, so that one rate suits all layers. An end moves by at most a
 * tenth of its range at a time, never past 0, and one that is 0 stays.
 *
 * Source: Jain et al., "Trained quantization thresholds", 2020: normed gradients of thresholds, on a logarithmic scale.
 */
export class LearnedRanges {
  private steps = 0;
  private readonly moments = new Map<string, Moment[]>();

  /**
   * - **ranges** – to start from
   * - **rate** – about how much an end moves in a step, as a part of its range; 0: not at all
   */
  constructor(private ranges: Calibration, private readonly rate: number) {}

  /** The ranges as they are now. */
  get calibration(): Calibration {
    return this.ranges;
  }

  /** A step against the gradients; ranges without one stay. */
  learn(ends: EndGradients): void {
    this.steps++;
    const { ranges } = this;
    this.ranges = new Calibration([...ranges].map(([key, range]) => [key, this.moved(key, range, ends.get(key))] as const), ranges.calibrator, ranges.images);
  }

  private moved(key: string, range: ActivationRange, gradients: readonly [number, number] | undefined): ActivationRange {
    if (!gradients) return range;
    const own = this.moments.get(key) ?? [{ m: 0, v: 0 }, { m: 0, v: 0 }], span = range.max - range.min;
    this.moments.set(key, own);
    const [low, high] = gradients.map((gradient, end) => span * Math.min(Math.max(this.rate * this.direction(own[end], span * gradient), -0.1), 0.1));
    const min = range.min < 0 ? Math.min(range.min - low, 0) : range.min, max = Math.max(range.max - high, min + 0.1 * span);
    return { min, max, magnitude: Math.max(-min, max) };
  }

  private direction(moment: Moment, gradient: number): number {
    moment.m += (1 - BETA1) * (gradient - moment.m);
    moment.v += (1 - BETA2) * (gradient ** 2 - moment.v);
    return moment.m / (1 - BETA1 ** this.steps) / (Math.sqrt(moment.v / (1 - BETA2 ** this.steps)) + EPSILON);
  }
}

interface Moment { m: number; v: number }
