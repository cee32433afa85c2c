/** How a range is taken from the values of a tensor. Plain JSON: calibrations and their files carry it. */
export type CalibratorSpec =
  | { readonly method: "percentile"; readonly percentile: number }
  | { readonly method: "moving-average"; readonly momentum: number }
  | { readonly method: "histogram-percentile"; readonly percentile: number; readonly compat?: "pytorch-quantization" | "onnxruntime" }
  | { readonly method: "entropy"; readonly bits: number; readonly compat?: "pytorch-quantization" }
  | { readonly method: "mse"; readonly bits: number; readonly compat?: "pytorch-quantization" }
  | { readonly method: "l2"; readonly bits: number; readonly compat?: "torch" };

/** Exact percentile: from the percentile 100 - p to the percentile p of all values. Keeps 16 (1 - p/100) N bytes of N values. */
export const percentile = (p = 99.99): CalibratorSpec => ({ method: "percentile", percentile: p });

/** Minimum and maximum of all values. */
export const minMax = (): CalibratorSpec => percentile(100);

/**
 * Minimum and maximum of each batch, averaged exponentially with this weight of the newest. Depends on the order of the
 * batches by its nature: the last ones count most. A layer that runs several times in a batch, as heads do, averages over its runs.
 */
export const movingAverage = (momentum = 0.01): CalibratorSpec => ({ method: "moving-average", momentum });

/**
 * The percentile from a histogram: within one bin, at most 2^-11 of the largest magnitude, of the exact one, in 64 kB.
 * compat: TensorRT's toolkit's (symmetric, left edge of the bin) or ONNX Runtime's (half of the rest cut at each side).
 */
export const histogramPercentile = (p = 99.99, compat?: "pytorch-quantization" | "onnxruntime"): CalibratorSpec => ({ method: "histogram-percentile", percentile: p, ...(compat && { compat }) });

/** The threshold of |x| whose 2^(bits-1) levels lose least information (Kullback-Leibler). */
export const entropy = (bits = 8, compat?: "pytorch-quantization"): CalibratorSpec => ({ method: "entropy", bits, ...(compat && { compat }) });

/** The range with the least mean squared rounding and clipping error of 2^bits levels. */
export const meanSquaredError = (bits = 8, compat?: "pytorch-quantization"): CalibratorSpec => ({ method: "mse", bits, ...(compat && { compat }) });

/** torch.ao's search: bins are dropped from the end with the thinner tail while the expected squared error falls. */
export const l2Search = (bits = 8, compat?: "torch"): CalibratorSpec => ({ method: "l2", bits, ...(compat && { compat }) });

/** Throws if the method is unknown or a number of it is out of range. */
export function checkCalibrator(where: string, spec: CalibratorSpec): void {
  switch (spec.method) {
    case "percentile":
    case "histogram-percentile":
      return checkPercentile(where, spec.percentile);
    case "moving-average":
      if (!(spec.momentum > 0 && spec.momentum <= 1)) throw new RangeError(`${where}: invalid momentum: ${spec.momentum}; expected more than 0, at most 1`);
      return;
    case "entropy":
    case "mse":
    case "l2":
      if (!Number.isInteger(spec.bits) || spec.bits < 2 || spec.bits > 8) throw new RangeError(`${where}: invalid bits of calibrator ${spec.method}: ${spec.bits}; expected an integer from 2 to 8`);
      if (spec.compat === "pytorch-quantization" && spec.bits !== 8) throw new RangeError(`${where}: unsupported bits of ${calibratorName(spec)}; expected 8`);
      return;
    default:
      throw new Error(`${where}: unknown calibrator: ${(spec as { method: unknown }).method}; expected percentile, moving-average, histogram-percentile, entropy, mse or l2`);
  }
}

/** Throws unless the percentile is in (50, 100]. */
export function checkPercentile(where: string, percentile: number): void {
  if (!(percentile > 50 && percentile <= 100)) throw new RangeError(`${where}: invalid percentile: ${percentile}; expected more than 50, at most 100`);
}

/** Such as "percentile 99.99" or "entropy 8 (pytorch-quantization)". */
export function calibratorName(spec: CalibratorSpec): string {
  const { method, ...rest } = spec;
  const compat = "compat" in rest && rest.compat ? ` (${rest.compat})` : "";
  const number = "percentile" in rest ? rest.percentile : "momentum" in rest ? rest.momentum : rest.bits;
  return `${method} ${number}${compat}`;
}
