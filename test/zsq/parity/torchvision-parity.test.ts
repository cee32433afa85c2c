import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { retinaNetR50, stateDictDifference, type Dtype, type TensorInfo } from "zsq";
import { compareDetections } from "zsq/dist/parity/compare";
import { parityImage, readParityFixture } from "zsq/dist/parity/fixture";
import { torchvisionParity } from "zsq/dist/parity/torchvision-parity";
import { torchvisionConfig, torchvisionStateDict } from "zsq/dist/weights/torchvision";
import { trainingStep } from "zsq/dist/train/training-step";
import { drawnRetinaNet } from "../../helpers/drawn-retinanet";
import { fixture, readFixture } from "../../helpers/fixture";
import { assertNoLeaks } from "../../helpers/no-leaks";

const stateDict = Object.entries(readFixture<{ state_dict: Record<string, number[]> }>("zsq", "torchvision", "c4.json").state_dict)
  .map(([name, shape]): [string, TensorInfo] => [name, { dtype: (name.endsWith("num_batches_tracked") ? "I64" : "F32") as Dtype, shape }]);

describe("torchvision's state dict", () => {
  it("is ours, name by name and shape by shape, in both directions", () => {
    assert.equal(stateDict.length, 362);
    assert.deepEqual(new Map([...torchvisionStateDict(retinaNetR50(4))].sort()), new Map([...stateDict].sort()));
    assert.deepEqual(stateDictDifference(new Map(stateDict)), { missing: [], unexpected: [], different: [] });
  });

  it("tells its number of classes", () => {
    assert.equal(torchvisionConfig(new Map(stateDict)).classes, 4);
    assert.equal(torchvisionConfig(torchvisionStateDict(retinaNetR50(91))).classes, 91);
    assert.equal(torchvisionConfig(new Map()).classes, 91);
  });

  it("lists what is missing, unexpected, and of another shape or dtype", () => {
    const tensors = new Map(stateDict);
    tensors.delete("backbone.body.bn1.weight");
    tensors.set("fc.weight", { dtype: "F32", shape: [2] });
    tensors.set("backbone.body.conv1.weight", { dtype: "F16", shape: [64, 3, 7, 7] });
    tensors.set("backbone.body.bn1.bias", { dtype: "F32", shape: [65] });
    assert.deepEqual(stateDictDifference(tensors), {
      missing: ["backbone.body.bn1.weight"], unexpected: ["fc.weight"],
      different: [{ name: "backbone.body.conv1.weight", received: "F16 [64,3,7,7]", expected: "F32 [64,3,7,7]" }, { name: "backbone.body.bn1.bias", received: "F32 [65]", expected: "F32 [64]" }],
    });
  });
});

describe("torchvisionParity", () => {
  for (const classes of [4, 91]) {
    it(`finds torchvision's own figures on drawn weights, ${classes} classes`, async function () {
      this.timeout(300_000);
      await assertNoLeaks(() => {
        const detector = drawnRetinaNet(classes, stateDict.map(([name]) => name));
        try {
          const checks = torchvisionParity(detector, readParityFixture(fixture("zsq", "torchvision", `c${classes}.json`)));
          for (const { name, difference, tolerance } of checks) assert.ok(difference <= tolerance, `${name}: ${difference}; expected at most ${tolerance}`);
          assert.ok(checks.length > 20);
          assert.throws(() => torchvisionParity(detector, readParityFixture(fixture("zsq", "torchvision", `c${95 - classes}.json`))), /^Error: torchvisionParity: invalid classes: \d+; expected the fixture's \d+$/);
        } finally {
          detector.dispose();
        }
      });
    });
  }

  it("draws the fixture's image", () => {
    const expected = readParityFixture(fixture("zsq", "torchvision", "c4.json")).image, image = parityImage(7, 256, 320);
    assert.deepEqual([...image].filter((_, i) => i % 3 === 0).slice(0, 8), expected.first8);
  });
});

describe("trainingStep", () => {
  interface Training { image_hw: [number, number]; image_seeds: number[]; boxes: number[][][]; labels: number[][]; classification: number; bbox_regression: number; gradient_norms: Record<string, number> }

  it("has torchvision's losses and gradients on the same batch", async function () {
    this.timeout(120_000);
    const expected = readFixture<{ training: Training }>("zsq", "torchvision", "c4.json").training, [height, width] = expected.image_hw;
    await assertNoLeaks(() => {
      const detector = drawnRetinaNet(4, stateDict.map(([name]) => name)), { mean, std } = detector.config.image;
      const pixels = Float32Array.from(expected.image_seeds.flatMap((seed) => [...parityImage(seed, height, width)]), (x, i) => Math.fround(x - Math.fround(mean[i % 3])) / Math.fround(std[i % 3]));
      const images = tf.tensor4d(pixels, [2, height, width, 3]);
      const targets = expected.boxes.map((boxes, i) => ({ boxes: Float32Array.from(boxes.flat()), labels: Int32Array.from(expected.labels[i]) }));
      const { loss, gradients, batchStatistics } = trainingStep(detector.config, detector.weights, images, targets);
      const close = (got: number, want: number, what: string): void => assert.ok(Math.abs(got - want) <= 1e-3 * want, `${what}: ${got} for ${want}`);
      close(loss.classification, expected.classification, "classification");
      close(loss.box, expected.bbox_regression, "box");
      for (const [name, norm] of Object.entries(expected.gradient_norms)) close(tf.tidy(() => gradients.get(name)!.norm().dataSync()[0]), norm, name);
      tf.dispose([images, ...gradients.values(), ...[...batchStatistics.values()].flatMap((s) => [s.mean, s.variance])]);
      detector.dispose();
    });
  });
});

describe("compareDetections", () => {
  const expected = { score_thresh: 0.05, nms_thresh: 0.5, detections_per_img: 300, topk_candidates: 1000, count: 2, boxes: [[0, 0, 10, 10], [5, 5, 20, 20]], scores: [0.9, 0.8999], labels: [1, 1] };
  const ours = (boxes: number[], scores: number[], labels: number[]): Parameters<typeof compareDetections>[1] => ({ imageIndex: new Int32Array(scores.length), boxes: Float32Array.from(boxes), scores: Float32Array.from(scores), labels: Int32Array.from(labels) });
  const passes = (mine: ReturnType<typeof ours>): boolean => compareDetections("a", mine, expected).every(({ difference, tolerance }) => difference <= tolerance);

  it("matches them in any order", () => assert.ok(passes(ours([5, 5, 20, 20, 0, 0, 10, 10], [0.9, 0.8999], [1, 1]))));
  it("matches boxes without area by their corners", () => {
    const flat = { ...expected, count: 1, boxes: [[3, 0, 3, 10]], scores: [0.9], labels: [1] };
    const differences = (x: number): boolean => compareDetections("a", ours([x, 0, x, 10], [0.9], [1]), flat).every(({ difference, tolerance }) => difference <= tolerance);
    assert.deepEqual([3, 3.001, 3.1].map(differences), [true, true, false]);
  });
  it("notices another box, score, label, one too few and one twice", () => {
    assert.ok(!passes(ours([5, 5, 20, 21, 0, 0, 10, 10], [0.9, 0.8999], [1, 1])));
    assert.ok(!passes(ours([5, 5, 20, 20, 0, 0, 10, 10], [0.95, 0.8999], [1, 1])));
    assert.ok(!passes(ours([5, 5, 20, 20, 0, 0, 10, 10], [0.9, 0.8999], [1, 2])));
    assert.ok(!passes(ours([5, 5, 20, 20], [0.9], [1])));
    assert.ok(!passes(ours([0, 0, 10, 10, 0, 0, 10, 10], [0.9, 0.8999], [1, 1])));
  });
});
