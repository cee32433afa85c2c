/** Which of the inputs a fault is in. */
export type Source = "groundTruth" | "detections" | "params";

/** What is wrong with a value. */
export type Fault = "missing" | "invalid" | "unknown" | "unsupported";

/**
 * A fault in the input, with its place. The message is one line:
 * `evaluate: invalid detections#/3/bbox/2: -4; expected a number >= 0`.
 */
export class CocoEvalError extends Error {
  /**
   * - **pointer** – JSON pointer into the source, such as /3/bbox/2; "" for the whole
   * - **received** – the faulty value, or what is known of it
   * - **expected** – the rule it breaks, and perhaps a remedy
   */
  constructor(readonly fault: Fault, readonly source: Source, readonly pointer: string, readonly received: string, readonly expected: string) {
    super(CocoEvalError.line(fault, source, pointer, received, expected));
    this.name = "CocoEvalError";
  }

  /** The same message with a file's name in place of the source's. */
  at(file: string): string {
    return CocoEvalError.line(this.fault, file, this.pointer, this.received, this.expected);
  }

  private static line(fault: Fault, place: string, pointer: string, received: string, expected: string): string {
    const what = pointer === "" ? place : `${place}#${pointer}`;
    return `evaluate: ${fault} ${what}${received === "" ? "" : `: ${received}`}; expected ${expected}`;
  }
}

/** Throws unless iou is in (0, 1]; `caller` names the function in the message. */
export function checkIou(caller: string, iou: number): void {
  if (!(iou > 0 && iou <= 1)) throw new RangeError(`${caller}: invalid iou: ${iou}; expected a number in (0, 1]`);
}

/**
 * A value as a short piece of one line, for messages.
 *
 * @example show([1, "a"]) // '[1,"a"]'
 */
export function show(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint" || value === undefined) return String(value);
  if (typeof value === "function" || typeof value === "symbol") return typeof value;
  let text: string;
  try {
    // JSON would turn NaN into null and hide the fault
    text = JSON.stringify(value, (_, v: unknown) => (typeof v === "number" && !Number.isFinite(v) ? String(v) : v));
  } catch {
    text = typeof value;
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
