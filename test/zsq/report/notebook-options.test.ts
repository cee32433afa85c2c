import assert from "node:assert/strict";
import { resolve } from "node:path";
import { studyOptions } from "zsq";

describe("studyOptions", () => {
  it("has defaults, takes what the notebook states, and gives the environment the last word", () => {
    const { out, ...rest } = studyOptions({}, {});
    assert.deepEqual(rest, { profile: "embedded", scale: "default", seed: 1 });
    assert.equal(out, resolve(__dirname, "../../../../out"));
    assert.equal(studyOptions({ scale: "full", seed: 7 }, {}).scale, "full");
    const env = { ZSQ_PROFILE: "paper", ZSQ_SCALE: "smoke", ZSQ_SEED: "12", ZSQ_OUT: "/x" };
    assert.deepEqual(studyOptions({ scale: "full", seed: 7 }, env), { profile: "paper", scale: "smoke", seed: 12, out: resolve("/x") });
  });

  it("takes an empty variable as unset", () => assert.equal(studyOptions({}, { ZSQ_SCALE: "", ZSQ_SEED: "" }).scale, "default"));

  it("refuses what it does not know", () => {
    assert.throws(() => studyOptions({}, { ZSQ_SCALE: "big" }), /^Error: studyOptions: unknown scale: big; expected one of smoke, default, full$/);
    assert.throws(() => studyOptions({}, { ZSQ_PROFILE: "x" }), /^Error: studyOptions: unknown profile: x; expected one of embedded, paper$/);
    for (const seed of ["-1", "1.5", "x", "1000000001"]) assert.throws(() => studyOptions({}, { ZSQ_SEED: seed }), /^Error: studyOptions: invalid seed: .*; expected an integer from 0/);
  });
});
