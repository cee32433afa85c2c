import type { Warning } from "./types";

/** Counts suspicious things by kind, and keeps the place of the first of each kind. */
export class WarningLog {
  private readonly seen = new Map<string, { count: number; place: string; what: string }>();

  /**
   * - **code** – kind, such as "score-above-1"
   * - **what** – the kind in words
   * - **place** – where, such as detections#/3/score
   */
  add(code: string, what: string, place: string): void {
    const entry = this.seen.get(code);
    if (entry) entry.count++;
    else this.seen.set(code, { count: 1, place, what });
  }

  /** All kinds in the order of their first occurrence. */
  list(): Warning[] {
    return [...this.seen].map(([code, { count, place, what }]) => ({ code, count, message: `${what}: ${count}; first at ${place}` }));
  }
}
