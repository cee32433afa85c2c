import assert from "node:assert/strict";
import { mkdtempSync, existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { embeddedRecipes, initializeDetector, Random, runTraining, Trainer, withNewClassifier, type Detector, type TrainingData } from "zsq";
import { learningRateAt } from "zsq/dist/train/schedule";
import { tinyConfig } from "../../helpers/tiny-detector";

const random = new Random(4);
const data: TrainingData = {
  count: 4, height: 32, width: 32,
  pixels: Uint8Array.from({ length: 4 * 32 * 32 * 3 }, () => random.integer(0, 256)),
  targets: [0, 1, 2, 3].map((k) => ({ boxes: k ? Float32Array.of(2 * k, 3, 2 * k + 16, 25) : new Float32Array(0), labels: k ? Int32Array.of(1 + (k % 2)) : new Int32Array(0) })),
};
const options = { ...embeddedRecipes.visible, epochs: 3, batchSize: 2, seed: 1 };
const sumOf = (detector: Detector): number[] => [...detector.weights.values()].map((t) => tf.tidy(() => t.abs().sum().dataSync()[0]));

function trained(run: (trainer: Trainer) => void): number[] {
  const start = initializeDetector(tinyConfig(), 1);
  const trainer = new Trainer(start, data, options);
  run(trainer);
  const result = trainer.detector();
  const sums = sumOf(result);
  result.dispose();
  start.dispose();
  trainer.dispose();
  return sums;
}

describe("Trainer", () => {
  it("lowers the loss on the images it sees, without leaving tensors", () => {
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    const start = initializeDetector(tinyConfig(), 1);
    const trainer = new Trainer(start, data, { ...options, epochs: 30, schedule: { learningRate: 5e-3, warmUp: 5, decay: "cosine" } });
    while (trainer.step < trainer.steps) {
      const { classification, box } = trainer.trainStep();
      losses.push(classification + box);
    }
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    assert.ok(mean(losses.slice(-10)) < 0.8 * mean(losses.slice(0, 10)), `${mean(losses.slice(-10))} after ${mean(losses.slice(0, 10))}`);
    trainer.dispose();
    start.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it("continues exactly from a stored state", async () => {
    const whole = trained((trainer) => { while (trainer.step < trainer.steps) trainer.trainStep(); });
    const folder = mkdtempSync(join(tmpdir(), "zsq-train-"));
    const stateFile = join(folder, "state.safetensors");
    try {
      const stop = new AbortController();
      const first = new Trainer(initializeDetector(tinyConfig(), 1), data, options);
      await assert.rejects(runTraining(first, { stateFile, identity: "a", signal: stop.signal, onProgress: ({ step }) => { if (step === 3) stop.abort(); } }),
        { message: "train: stopped after step 3 of 6; the same command continues" });
      const other = new Trainer(initializeDetector(tinyConfig(), 1), data, options);
      await assert.rejects(runTraining(other, { stateFile, identity: "b" }), /train: invalid state file: .*; expected the state of this very run/);
      const second = new Trainer(initializeDetector(tinyConfig(), 2), data, options);
      const progress = await runTraining(second, { stateFile, identity: "a" });
      assert.equal(progress.step, 6);
      assert.ok(!existsSync(stateFile));
      assert.deepEqual(sumOf(second.detector()), whole);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuses a loss that is not finite and keeps the parameters", () => {
    const start = initializeDetector(tinyConfig(), 1);
    start.weights.get("backbone.body.bn1.weight")!.dispose();
    (start.weights as Map<string, tf.Tensor>).set("backbone.body.bn1.weight", tf.fill([4], NaN));
    const trainer = new Trainer(start, data, options);
    assert.throws(() => trainer.trainStep(), /trainStep: invalid loss at step 0: .*; expected finite values; try a smaller learning rate/);
    assert.equal(trainer.step, 0);
    trainer.dispose();
    start.dispose();
  });
});

describe("withNewClassifier", () => {
  it("renews only the classification output", () => {
    const start = initializeDetector(tinyConfig(), 1), renewed = withNewClassifier(start, 9);
    const changed = [...start.weights.keys()].filter((name) => tf.tidy(() => start.weights.get(name)!.sub(renewed.weights.get(name)!).abs().sum().dataSync()[0]) > 0);
    assert.deepEqual(changed, ["head.classification_head.cls_logits.weight"]); // its bias starts at the same prior
    start.dispose();
    renewed.dispose();
  });
});

describe("learningRateAt", () => {
  it("rises linearly, then falls along a cosine", () => {
    const schedule = { learningRate: 1, warmUp: 10, decay: "cosine" } as const;
    assert.equal(learningRateAt(schedule, 0, 100), 0.1);
    assert.ok(Math.abs(learningRateAt(schedule, 50, 100) - 0.5) < 1e-12);
  });

  it("falls by 5 at each quarter", () => {
    const schedule = { learningRate: 0.01, warmUp: 1, decay: "quarters" } as const;
    [0.01, 0.002, 0.0004, 0.00008].forEach((rate, quarter) => assert.ok(Math.abs(learningRateAt(schedule, 10 * quarter, 40) / rate - 1) < 1e-9));
  });
});
