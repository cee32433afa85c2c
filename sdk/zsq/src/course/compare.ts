/** Whether an answer is the expected one: the same structure, and numbers within a relative tolerance. */
export function agrees(given: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof expected === "number") return given === expected || (typeof given === "number" && Math.abs(given - expected) <= tolerance * Math.max(Math.abs(expected), 1e-9));
  if (Array.isArray(expected)) return Array.isArray(given) && given.length === expected.length && expected.every((value, i) => agrees(given[i], value, tolerance));
  if (!isRecord(expected)) return given === expected;
  return isRecord(given) && Object.keys(expected).every((key) => agrees(given[key], expected[key], tolerance));
}

/** An answer as plain values: typed arrays as lists, inside lists and objects too. */
export function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as unknown as ArrayLike<number>);
  if (Array.isArray(value)) return value.map(plain);
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)])) : value;
}

/**
 * What distinguishes an answer that is not the expected one, in a sentence that does not tell the expected one; null where
 * nothing simple does.
 */
export function describeDifference(given: unknown, expected: unknown): string | null {
  const form = formDifference(given, expected);
  if (form) return form;
  const [values, targets] = [numbersIn(given), numbersIn(expected)];
  if (!values.length || values.length !== targets.length) return null;
  const missing = values.findIndex((value) => !Number.isFinite(value));
  if (missing >= 0) return `${place(missing, values.length)} is ${values[missing]}: was something divided by 0, or not there?`;
  const factor = common(values.map((value, i) => value / targets[i]));
  if (factor !== null && factor !== 1) return factorSaid(factor, values.length);
  const offset = values.length > 1 ? common(values.map((value, i) => value - targets[i])) : null;
  if (offset !== null) return `each value is ${short(Math.abs(offset))} too ${offset > 0 ? "large" : "small"}`;
  if (values.length > 1 && agrees([...values].reverse(), targets, 1e-3)) return "the values are right, in reverse order";
  if (values.length === 1) return values[0] > targets[0] ? "it is too large" : "it is too small";
  const wrong = values.flatMap((value, i) => (agrees(value, targets[i], 1e-3) ? [] : [i]));
  return wrong.length ? `${wrong.length} of ${values.length} values are wrong, first ${place(wrong[0], values.length)}` : null;
}

/** A value as an error message shows it: numbers to five digits, lists to eight entries. */
export function short(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(Number(value.toPrecision(5))) : String(value);
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(short).join(", ")}${value.length > 8 ? ", ..." : ""}]`;
  if (isRecord(value)) return `{ ${Object.entries(value).map(([key, each]) => `${key}: ${short(each)}`).join(", ")} }`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

// an object that is neither a list nor of a kind of its own; by tag, since cells of a notebook may have objects of another realm
const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
const isTensor = (value: unknown): boolean => tagOf(value) === "Object" && "dataSync" in (value as object);
const isRecord = (value: unknown): value is Record<string, unknown> => tagOf(value) === "Object" && !isTensor(value);

function formDifference(given: unknown, expected: unknown): string | null {
  if (kindOf(given) !== kindOf(expected)) return `it is ${kindOf(given)}; expected ${kindOf(expected)}`;
  if (Array.isArray(given) && Array.isArray(expected)) {
    if (given.length !== expected.length) return `the list has ${given.length} entries; expected ${expected.length}`;
    const other = given.findIndex((value, i) => kindOf(value) !== kindOf(expected[i]));
    return other < 0 ? null : `entry ${other + 1} is ${kindOf(given[other])}; expected ${kindOf(expected[other])}`;
  }
  if (isRecord(given) && isRecord(expected)) {
    const lacking = Object.keys(expected).find((key) => !(key in given));
    if (lacking !== undefined) return `${lacking} is missing; expected ${Object.keys(expected).join(", ")}`;
    const wrong = Object.keys(expected).find((key) => formDifference(given[key], expected[key]));
    return wrong === undefined ? null : `${wrong}: ${formDifference(given[wrong], expected[wrong])}`;
  }
  return null;
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing (undefined)";
  if (value === null) return "nothing (null)";
  if (tagOf(value) === "Promise") return "a promise (is there an await missing, or an async too many?)";
  if (Array.isArray(value)) return "a list";
  if (isTensor(value)) return "a tensor (its numbers are in dataSync())";
  return { number: "a number", boolean: "true or false", string: "a text", object: "an object", function: "a function" }[typeof value as string] ?? typeof value;
}

const numbersIn = (value: unknown): number[] => (typeof value === "number" ? [value] : Array.isArray(value) ? value.flatMap(numbersIn) : isRecord(value) ? Object.values(value).flatMap(numbersIn) : []);

// the value that all of the list have, to 3 digits
function common(values: readonly number[]): number | null {
  const [first] = values;
  return Number.isFinite(first) && first !== 0 && values.every((value) => agrees(value, first, 1e-3)) ? Number(first.toPrecision(3)) : null;
}

function factorSaid(factor: number, count: number): string {
  const what = count > 1 ? "all values are" : "it is";
  if (factor === -1) return `${count > 1 ? "all values have" : "it has"} the wrong sign`;
  const size = Math.abs(factor), sign = factor < 0 ? ", and the sign is wrong" : "";
  if (size === 1) return `${what} wrong`;
  return `${what} ${short(size > 1 ? size : Number((1 / size).toPrecision(3)))} times too ${size > 1 ? "large" : "small"}${sign}`;
}

const place = (i: number, count: number): string => (count === 1 ? "it" : `value ${i + 1}`);
