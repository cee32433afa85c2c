import { IdKind } from "./ground-truth-table";

const FLOAT = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i;
const SPECIAL = /^[+-]?(inf|infinity|nan)$/i;

/**
 * The double that Python's float() reads from a JSON value, or undefined where it raises.
 *
 * @example pythonFloat(" 1_0.5 ") // 10.5
 */
export function pythonFloat(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (FLOAT.test(text)) return Number(text.replaceAll("_", ""));
  if (!SPECIAL.test(text)) return undefined;
  if (/nan/i.test(text)) return NaN;
  return text.startsWith("-") ? -Infinity : Infinity;
}

/** What Python's int() reads from a value of iscrowd, or undefined where it raises or the result does not fit a byte. */
export function pythonByte(value: unknown): number | undefined {
  if (typeof value === "string" && !/^\s*[+-]?\d+(_\d+)*\s*$/.test(value)) return undefined;
  const number = pythonFloat(value);
  if (number === undefined || !Number.isFinite(number)) return undefined;
  const whole = Math.trunc(number);
  return whole >= 0 && whole <= 255 ? whole : undefined;
}

/** Python's truth of a JSON value: empty lists and objects are false. */
export function pythonTruth(value: unknown): boolean {
  if (typeof value === "number") return value !== 0; // NaN is true in Python
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** How an annotation's id behaves once it is stored as a double. */
export function idKind(id: unknown): IdKind {
  const number = pythonFloat(id);
  if (number === undefined) return IdKind.NotNumeric;
  return number === 0 ? IdKind.Zero : IdKind.Plain;
}
