import assert from "node:assert/strict";
import { chapters, exerciseSheet, type ChapterName } from "zsq";
import { kernelMessages } from "../../helpers/kernel-messages";

const CHAPTER = "01-affine-quantization";

describe("exerciseSheet", () => {
  it("shows a verdict as one output, HTML and text", async () => {
    const messages = await kernelMessages(() => exerciseSheet(CHAPTER).check(1, 2));
    assert.equal(messages.length, 1);
    assert.equal(messages[0].data["text/plain"], "✗ Exercise 1: scale of the range [-0.5, 1.5] at 4 bits – not yet\n  your scale is 15 times too large: did you divide by 2^k - 1?");
    assert.match(String(messages[0].data["text/html"]), /<b>✗ Exercise 1: .*not yet<\/b><br>your scale is 15 times too large/);
  });

  it("escapes what a student gives", async () => {
    const [{ data }] = await kernelMessages(() => exerciseSheet(CHAPTER).check(3, () => { throw new Error("<img src=x onerror=alert(1)>"); }));
    assert.ok(!String(data["text/html"]).includes("<img"));
    assert.ok(String(data["text/html"]).includes("&lt;img"));
  });

  it("counts what is solved, and lets a corrected answer replace a wrong one", async () => {
    const sheet = exerciseSheet(CHAPTER);
    assert.equal(sheet.judge(1, 2).state, "wrong");
    assert.equal(sheet.judge(1, 2 / 15).state, "solved");
    assert.equal(sheet.judge(2, 4).state, "wrong");
    assert.deepEqual(sheet.rows().map(({ state }) => state), ["solved", "wrong", "open", "open", "open"]);
    const [{ data }] = await kernelMessages(() => sheet.summary());
    assert.match(String(data["text/plain"]), /^01-affine-quantization: 1 of 5 exercises solved\n/);
    assert.throws(() => sheet.requireAll(), { message: "requireAll: missing solutions of 01-affine-quantization: 2 (wrong), 3 (open), 4 (open), 5 (open); expected all 5 solved" });
  });

  it("is content when all are solved", () => {
    for (const chapter of Object.keys(chapters) as ChapterName[]) {
      const sheet = exerciseSheet(chapter);
      chapters[chapter].forEach(({ solution }, i) => sheet.judge(i + 1, solution));
      sheet.requireAll();
    }
  });

  it("refuses unknown chapters and exercises, and to run outside a notebook", () => {
    assert.throws(() => exerciseSheet("07" as ChapterName), { message: `exerciseSheet: unknown chapter: 07; expected one of ${Object.keys(chapters).join(", ")}` });
    assert.throws(() => exerciseSheet(CHAPTER).judge(6, 1), { message: "check: unknown exercise: 6; expected 1 to 5" });
    assert.throws(() => exerciseSheet(CHAPTER).check(1, 1), { message: "check: missing notebook kernel; expected to run in a notebook's cell" });
  });
});
