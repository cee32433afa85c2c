const MINUS = "\u2212";

/** A fraction in percent without its sign, such as "50.1". */
export const percent = (fraction: number, digits = 1): string => minus((100 * fraction).toFixed(digits));

/**
 * A difference of fractions in percentage points with its sign; what rounds to nothing has none.
 *
 * @example points(-0.0112) // "−1.1"
 */
export function points(difference: number, digits = 1): string {
  const text = (100 * difference).toFixed(digits);
  if (Number(text) === 0) return Math.abs(Number(text)).toFixed(digits);
  return difference > 0 ? `+${text}` : minus(text);
}

/** An interval in percent, such as "48.0 to 52.3". */
export const interval = ([low, high]: readonly [number, number], digits = 1): string => `${percent(low, digits)} to ${percent(high, digits)}`;

const minus = (text: string): string => text.replace("-", MINUS);
