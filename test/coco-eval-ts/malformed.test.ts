import assert from "node:assert/strict";
import { CocoEvalError, evaluate, parseJson, type Detections, type Evaluation, type GroundTruth } from "coco-eval-ts";
import { malformedCorpus, type Malformed } from "./malformed-corpus";

const corpus = malformedCorpus();

function run({ groundTruth, detections }: Malformed, compat?: "pycocotools"): Evaluation | CocoEvalError {
  const python = { python: compat !== undefined };
  try {
    return evaluate(parseJson(groundTruth, "groundTruth", python) as GroundTruth, parseJson(detections, "detections", python) as Detections, { compat });
  } catch (error) {
    if (error instanceof CocoEvalError) return error;
    throw error;
  }
}

describe(`${corpus.length} malformed inputs`, () => {
  it("are at least 300, each once", () => {
    assert.ok(corpus.length >= 300);
    assert.equal(new Set(corpus.map(({ groundTruth, detections }) => groundTruth + detections)).size, corpus.length);
  });

  for (const each of corpus) {
    it(each.name.slice(0, 100), () => {
      const result = run(each);
      assert.ok(result instanceof CocoEvalError, "evaluated");
      assert.equal(result.source, each.source, result.message);
      assert.match(result.pointer, each.pointer, result.message);
      assert.ok(!result.message.includes("\n") && result.message.length < 200000, "one line");
    });
  }

  it("never fail with another error in compat mode", () => {
    for (const each of corpus) run(each, "pycocotools");
  });
});

describe("ids named like members of objects", () => {
  it("are ids like others", () => {
    const names = ["__proto__", "constructor", "toString"];
    const gt = {
      images: names.map((id) => ({ id })), categories: names.map((id) => ({ id })),
      annotations: names.map((name, n) => ({ id: n + 1, image_id: name, category_id: name, bbox: [0, 0, 10, 10], area: 100, iscrowd: 0 })),
    };
    const { perCategory } = evaluate(gt, names.map((name) => ({ image_id: name, category_id: name, bbox: [0, 0, 10, 10], score: 0.5 })));
    assert.deepEqual(perCategory.map(({ id, ap50 }) => [id, ap50 > 0.99]), [["__proto__", true], ["constructor", true], ["toString", true]]);
  });
});
