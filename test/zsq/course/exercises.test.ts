import assert from "node:assert/strict";
import { chapters, judge } from "zsq";

for (const [chapter, exercises] of Object.entries(chapters)) {
  describe(`exercises of ${chapter}`, () => {
    it("are 3 to 5", () => assert.ok(exercises.length >= 3 && exercises.length <= 5, String(exercises.length)));

    exercises.forEach((exercise, i) => {
      it(`${i + 1}, ${exercise.title}: accepts the right answer`, () => {
        assert.deepEqual(judge(exercise, exercise.solution), { state: "solved", message: exercise.remark });
      });

      it(`${i + 1}, ${exercise.title}: names each of at least three mistakes`, () => {
        assert.ok(exercise.mistakes.length >= 3);
        for (const { answer, says } of exercise.mistakes) assert.deepEqual(judge(exercise, answer), { state: "wrong", message: says });
      });

      it(`${i + 1}, ${exercise.title}: is open without an answer`, () => {
        assert.equal(judge(exercise, undefined).state, "open");
        assert.equal(judge(exercise, exercise.cases ? () => undefined : undefined).state, "open");
      });

      it(`${i + 1}, ${exercise.title}: refuses answers of another kind`, () => {
        for (const answer of [null, "ten", {}, [1, 2], Promise.resolve(1), exercise.cases ? 3 : (): number => 3, NaN]) assert.equal(judge(exercise, answer).state, "wrong", String(answer));
        if (exercise.cases) for (const result of [null, NaN, "ten", [], {}, Promise.resolve(1)]) assert.equal(judge(exercise, () => result).state, "wrong", String(result));
      });
    });
  });
}
