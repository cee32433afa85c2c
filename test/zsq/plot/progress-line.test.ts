import assert from "node:assert/strict";
import { progressLine } from "zsq";

describe("progressLine", () => {
  const at = (done: number, task = "distil", secondsLeft: number | null = 100) => ({ done, total: 3, task, secondsLeft });

  it("overwrites one line, at most so often, and always tells the end", () => {
    let time = 0;
    const written: string[] = [];
    const tell = progressLine({ everyMs: 1000, now: () => time, write: (text) => void written.push(text) });
    for (const [ms, progress] of [[0, at(0, "start", null)], [500, at(1)], [1500, at(2)], [1600, at(3)], [9000, at(3)]] as const) {
      time = ms;
      tell(progress);
    }
    assert.deepEqual(written, ["0 of 3 done: start", "\r2 of 3 done, about 2 min left: distil", `\r${"3 of 3 done".padEnd(37)}\n`]);
  });

  it("rounds the time left and shortens long names", () => {
    const written: string[] = [];
    progressLine({ write: (text) => void written.push(text) })(at(1, "x".repeat(60), 12));
    assert.deepEqual(written, [`1 of 3 done, about 15 s left: ${"x".repeat(47)}\u2026`]);
  });
});
