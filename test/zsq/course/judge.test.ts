import assert from "node:assert/strict";
import { judge, type Exercise } from "zsq";

const value: Exercise = { title: "a third", cases: null, solution: 1 / 3, tolerance: 2e-3, remark: "right", mistakes: [{ answer: 3, says: "the other way round" }] };
const list: Exercise = { ...value, solution: [1, 2, 4], mistakes: [] };
const doubling: Exercise = {
  title: "double", cases: [[[1, 2, 5]], [[4]]], solution: (x: number[]) => x.map((each) => 2 * each), tolerance: 1e-6, remark: "right",
  mistakes: [{ answer: (x: number[]) => x.map((each) => each ** 2), says: "you square" }],
};
const message = (exercise: Exercise, answer: unknown): string => judge(exercise, answer).message;

describe("judge", () => {
  it("accepts a value within the tolerance, and nothing beyond", () => {
    assert.equal(judge(value, 0.333).state, "solved");
    assert.equal(judge(value, 0.33).state, "wrong");
  });

  it("names a known mistake", () => {
    assert.equal(message(value, 3), "the other way round");
    assert.equal(message(doubling, (x: number[]) => x.map((each) => each * each)), "you square");
  });

  it("says the factor, the sign, or the direction of an unknown one, and not the answer", () => {
    assert.equal(message(value, 85), "it is 255 times too large");
    assert.equal(message(value, 1 / 300), "it is 100 times too small");
    assert.equal(message(value, -1 / 3), "it has the wrong sign");
    assert.equal(message(value, -2 / 3), "it is 2 times too large, and the sign is wrong");
    assert.equal(message({ ...value, solution: 0 }, 2), "it is too large");
  });

  it("says what is wrong with a list", () => {
    assert.equal(message(list, [1, 2]), "the list has 2 entries; expected 3");
    assert.equal(message(list, [2, 3, 5]), "each value is 1 too large");
    assert.equal(message(list, [10, 20, 40]), "all values are 10 times too large");
    assert.equal(message(list, [4, 2, 1]), "the values are right, in reverse order");
    assert.equal(message(list, [1, 3, 7]), "2 of 3 values are wrong, first value 2");
    assert.equal(message(list, [1, NaN, 4]), "value 2 is NaN: was something divided by 0, or not there?");
    assert.equal(message(list, [1, "2", 4]), "entry 2 is a text; expected a number");
  });

  it("says what is wrong with an object", () => {
    const pair = { ...value, solution: { precision: [1], recall: [0.5] }, mistakes: [] };
    assert.equal(judge(pair, { precision: Float64Array.of(1), recall: [0.5], more: 1 }).state, "solved");
    assert.equal(message(pair, { precision: [1] }), "recall is missing; expected precision, recall");
    assert.equal(message(pair, { precision: [1], recall: 0.5 }), "recall: it is a number; expected a list");
  });

  it("says what kind an answer is of", () => {
    assert.equal(message(value, "0.333"), "it is a text; expected a number");
    assert.equal(message(value, Promise.resolve(1)), "it is a promise (is there an await missing, or an async too many?); expected a number");
    assert.equal(message(value, { dataSync: () => [] }), "it is a tensor (its numbers are in dataSync()); expected a number");
    assert.equal(message(doubling, 3), "expected a function; you give 3");
  });

  it("shows the first call for which a function is wrong", () => {
    assert.equal(message(doubling, (x: number[]) => (x.length === 1 ? [3] : x.map((each) => 2 * each))), "for ([4]) you give [3]; expected [8]: it is 2.67 times too small");
    assert.equal(message(doubling, (x: number[]) => x.map((each) => 20 * each)), "for ([1, 2, 5]) you give [20, 40, 100]; expected [2, 4, 10]: all values are 10 times too large");
  });

  it("takes typed arrays for lists, and forgives changed arguments", () => {
    assert.equal(judge(doubling, (x: number[]) => Float32Array.from(x, (each) => 2 * each)).state, "solved");
    assert.equal(judge(doubling, (x: number[]) => { x.forEach((each, i) => { x[i] = 2 * each; }); return x; }).state, "solved");
    assert.deepEqual(doubling.cases, [[[1, 2, 5]], [[4]]]);
  });

  it("tells an unfinished answer from a wrong one", () => {
    for (const [exercise, answer] of [[value, undefined], [list, []], [doubling, undefined], [doubling, () => undefined]] as const) assert.equal(judge(exercise, answer).state, "open");
  });

  it("reports what a function throws", () => {
    assert.equal(message(doubling, () => { throw new Error("not yet"); }), "([1, 2, 5]) throws: not yet");
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    assert.equal(message(doubling, () => { throw "not yet"; }), "([1, 2, 5]) throws: not yet");
  });
});
