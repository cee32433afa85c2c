import assert from "node:assert/strict";
import { constant, cosine, plateau, stepsAt20And75, type DistillSchedule } from "zsq";
import { assertClose } from "../../helpers/close";
import { readFixture } from "../../helpers/fixture";

const rates = (schedule: DistillSchedule, iterations: number, losses: readonly number[] = new Array<number>(iterations).fill(1)): number[] => {
  const rate = schedule(iterations);
  return losses.map((loss, i) => rate(i, loss));
};

describe("schedules", () => {
  it("stay constant", () => assert.deepEqual(rates(constant, 3), [1, 1, 1]));

  it("divide the rate by 5 at 20 and at 75", () => {
    const all = rates(stepsAt20And75, 100).map((rate) => Math.round(rate * 1e6) / 1e6);
    assert.deepEqual([19, 20, 74, 75].map((i) => all[i]), [1, 0.2, 0.2, 0.04]);
  });

  it("fall to 0 along half a cosine", () => {
    const all = rates(cosine, 4);
    assert.deepEqual(all.map((rate) => rate.toFixed(6)), ["1.000000", "0.853553", "0.500000", "0.146447"]);
  });

  it("lower the rate on a plateau as torch's ReduceLROnPlateau", () => {
    const { plateau: cases } = readFixture<{ plateau: { factor: number; patience: number; threshold: number; smallest: number; losses: number[]; rates: number[] }[] }>("zsq", "distill", "distillation.json");
    for (const { losses, rates: expected, ...options } of cases) assertClose(rates(plateau(options), losses.length, losses), expected, 1e-12);
  });
});
