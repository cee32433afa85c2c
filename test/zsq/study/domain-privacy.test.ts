import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { domainGap, Random } from "zsq";
import { domainDistance } from "zsq/dist/study/domain-view";
import { exposure, nearestImages } from "zsq/dist/study/nearest-images";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { noiseImages, tinyDetector } from "../../helpers/tiny-detector";

describe("domainDistance", () => {
  it("is 0 between equals; a row for each batch normalization; the divergence by hand", () => {
    const [a, b] = [tinyDetector(1), tinyDetector(2)], same = domainDistance(a, a), rows = domainDistance(a, b);
    assert.equal(rows.length, a.architecture.ofKind("batchNorm").length);
    for (const { mean, logStd, divergence } of same) assertClose([mean, logStd, divergence], [0, 0, 0], 1e-12, 1);
    const stored = (detector: typeof a, key: string) => detector.weights.get(`backbone.body.bn1.${key}`)!.dataSync();
    const [m, v, n, w] = [stored(a, "running_mean"), stored(a, "running_var"), stored(b, "running_mean"), stored(b, "running_var")];
    const expected = [...m].reduce((sum, x, c) => sum + (Math.log(Math.sqrt(w[c] / v[c])) + (v[c] + (x - n[c]) ** 2) / (2 * w[c]) - 0.5) / m.length, 0);
    assertClose([rows[0].divergence], [expected], 1e-3);
    assert.ok(rows.every(({ divergence }) => divergence >= 0));
    for (const one of [a, b]) one.dispose();
  });
});

describe("domainGap", () => {
  it("finds equal ranges for equal images; wider images have wider ranges", async () => {
    const [a, b] = [tinyDetector(1), tinyDetector(2)], own = noiseImages(2, 64, 64), foreign = own.mul(3) as tf.Tensor4D;
    await assertNoLeaks(() => {
      const same = domainGap(a, b, { own, foreign: own }), wider = domainGap(a, b, { own, foreign });
      assert.deepEqual(same.rows.map(({ rangeRatio }) => rangeRatio), same.rows.map(() => 1));
      assert.ok(Number.isNaN(same.correlation)); // nothing to predict
      assert.ok(wider.rows[0].rangeRatio > 2 && Math.abs(wider.correlation) <= 1);
      assert.deepEqual(wider.rows.map(({ divergence }) => divergence), domainDistance(a, b).map(({ divergence }) => divergence));
    });
    tf.dispose([own, foreign]);
    for (const one of [a, b]) one.dispose();
  });
});

describe("nearestImages", () => {
  const random = new Random(1), draw = (n: number): { data: Float64Array; shape: number[] } => ({ data: Float64Array.from({ length: n * 16 * 24 * 3 }, () => random.uniform(0, 255)), shape: [n, 16, 24, 3] });
  const size = 16 * 24 * 3;

  it("finds a copy whatever its brightness and contrast", () => {
    const known = draw(5), copy = { data: known.data.slice(3 * size, 4 * size).map((x) => 0.5 * x + 40), shape: [1, 16, 24, 3] };
    const [{ index, similarity }] = nearestImages(copy, known);
    assert.equal(index, 3);
    assertClose([similarity], [1], 1e-9);
    assert.ok(nearestImages(draw(1), known)[0].similarity < 0.9);
  });

  it("exposure: 1 for copies beside others, one half for the same, by hand between", () => {
    const known = draw(4), copies = nearestImages(known, known), others = nearestImages(draw(4), known);
    assert.equal(exposure(copies, others), 1);
    assert.equal(exposure(others, others), 0.5);
    assert.equal(exposure([{ index: 0, similarity: 2 }, { index: 0, similarity: 0 }], [{ index: 0, similarity: 1 }, { index: 0, similarity: 0 }]), (1 + 1 + 0 + 0.5) / 4);
  });

  it("refuses images of another size, and squares that are too large", () => {
    assert.throws(() => nearestImages({ data: [], shape: [1, 8, 8, 3] }, draw(1)), /nearestImages: invalid shape: \[1,8,8,3\]; expected images like \[1,16,24,3\]/);
    assert.throws(() => nearestImages(draw(1), draw(1), 16), /nearestImages: invalid pool: 16/);
  });
});
