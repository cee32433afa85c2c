import assert from "node:assert/strict";
import { mkdtempSync, existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { embeddedRecipes, initializeDetector, paperRecipe, Random, runTraining, Trainer, withNewClassifier, type Detector, type TrainingData } from "zsq";
import { cycleOf, learningRateAt } from "zsq/dist/train/schedule";
import { tinyConfig } from "../../helpers/tiny-detector";

const random = new Random(4);
const data: TrainingData = {
  count: 4, height: 32, width: 32,
  pixels: Uint8Array.from({ length: 4 * 32 * 32 * 3 }, () => random.integer(0, 256)),
  targets: [0, 1, 2, 3].map((k) => ({ boxes: k ? Float32Array.of(2 * k, 3, 2 * k + 16, 25) : new Float32Array(0), labels: k ? Int32Array.of(1 + (k % 2)) : new Int32Array(0) })),
};
const options = { ...embeddedRecipes.visible, epochs: 3, batchSize: 2, seed: 1 };
const sumOf = (detector: Detector): number[] => [...detector.weights.values()].map((t) => tf.tidy(() => t.abs().sum().dataSync()[0]));

async function trained(run: (trainer: Trainer) => Promise<void>): Promise<number[]> {
  const start = initializeDetector(tinyConfig(), 1);
  const trainer = new Trainer(start, data, options);
  await run(trainer);
  const result = trainer.detector();
  const sums = sumOf(result);
  result.dispose();
  start.dispose();
  trainer.dispose();
  return sums;
}

describe("Trainer", () => {
  it("lowers the loss on the images it sees, without leaving tensors", async () => {
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    const start = initializeDetector(tinyConfig(), 1);
    const trainer = new Trainer(start, data, { ...options, epochs: 30, schedule: { learningRate: 5e-3, warmUp: 5, decay: "cosine" } });
    while (trainer.step < trainer.steps) {
      const { classification, box } = await trainer.trainStep();
      losses.push(classification + box);
    }
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    assert.ok(mean(losses.slice(-10)) < 0.8 * mean(losses.slice(0, 10)), `${mean(losses.slice(-10))} after ${mean(losses.slice(0, 10))}`);
    trainer.dispose();
    start.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it("continues exactly from a stored state", async () => {
    const whole = await trained(async (trainer) => { while (trainer.step < trainer.steps) await trainer.trainStep(); });
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

  it("does the same with images that are read as they are needed, and with a weight decay on all parameters as torch's SGD", async () => {
    const size = 32 * 32 * 3, sgd = { ...options, epochs: 1, optimizer: { ...paperRecipe.optimizer, weightDecay: 0.5 }, schedule: paperRecipe.schedule, clipNorm: undefined };
    const read = (images: readonly number[]): Promise<Uint8Array> => Promise.resolve(Uint8Array.from(images.flatMap((i) => [...(data.pixels as Uint8Array).subarray(i * size, (i + 1) * size)])));
    const results: number[][] = [];
    for (const [pixels, decay] of [[data.pixels, "all"], [read, "all"], [read, "kernels"]] as const) {
      const start = initializeDetector(tinyConfig(), 1), trainer = new Trainer(start, { ...data, pixels }, { ...sgd, optimizer: { ...sgd.optimizer, decay } });
      while (trainer.step < trainer.steps) await trainer.trainStep();
      const result = trainer.detector();
      results.push(sumOf(result));
      for (const owner of [start, trainer, result]) owner.dispose();
    }
    assert.deepEqual(results[0], results[1]);
    assert.notDeepEqual(results[1], results[2]);
  });

  it("resizes images and boxes where the config says so", async () => {
    const config = { ...tinyConfig(), image: { ...tinyConfig().image, resize: { shorter: 64, longer: 64 } } }, start = initializeDetector(config, 1), plain = initializeDetector(tinyConfig(), 1);
    const [large, small] = [new Trainer(start, data, options), new Trainer(plain, data, options)], [a, b] = [await large.trainStep(), await small.trainStep()];
    assert.ok(Number.isFinite(a.box) && a.box !== b.box);
    for (const owner of [start, plain, large, small]) owner.dispose();
  });

  it("takes a batch without objects, whose boxes cost nothing", async () => {
    const start = initializeDetector(tinyConfig(), 1), empty = { boxes: new Float32Array(), labels: new Int32Array() };
    const trainer = new Trainer(start, { ...data, targets: data.targets.map(() => empty) }, options);
    const { classification, box } = await trainer.trainStep();
    assert.ok(classification > 0);
    assert.equal(box, 0);
    for (const owner of [start, trainer]) owner.dispose();
  });

  it("refuses a loss that is not finite and keeps the parameters", async () => {
    const start = initializeDetector(tinyConfig(), 1);
    start.weights.get("backbone.body.bn1.weight")!.dispose();
    (start.weights as Map<string, tf.Tensor>).set("backbone.body.bn1.weight", tf.fill([4], NaN));
    const trainer = new Trainer(start, data, options);
    await assert.rejects(trainer.trainStep(), /trainStep: invalid loss at step 0: .*; expected finite values; try a smaller learning rate/);
    assert.equal(trainer.step, 0);
    trainer.dispose();
    start.dispose();
  });
});

describe("a restart", () => {
  const restarted = { ...options, schedule: { ...options.schedule, restart: { epoch: 2, learningRate: 1e-3 } } };

  it("is a training of its own from where the first cycle ended: new optimizer, its own rates, varied images anew", async () => {
    const start = initializeDetector(tinyConfig(), 1), whole = new Trainer(start, data, restarted), second = new Trainer(start, data, restarted);
    const { first, end } = cycleOf(restarted.schedule, whole.steps - 1, whole.stepsPerEpoch, whole.steps);
    assert.deepEqual([first, end], [2 * whole.stepsPerEpoch, whole.steps]);
    while (whole.step < first) await whole.trainStep();
    // without the optimizer's memory, the rest of the run is the same
    second.restore(new Map([...whole.state()].map(([name, tensor]) => [name, name.startsWith("optimizer") ? tf.zerosLike(tensor) : tensor.clone()])), first);
    for (const trainer of [whole, second]) while (trainer.step < end) await trainer.trainStep();
    const [a, b] = [whole.detector(), second.detector()];
    assert.deepEqual(sumOf(a), sumOf(b));
    for (const owner of [start, whole, second, a, b]) owner.dispose();
  });

  it("leaves no tensors behind", async () => {
    const before = tf.memory().numTensors, start = initializeDetector(tinyConfig(), 1), trainer = new Trainer(start, data, restarted);
    while (trainer.step < trainer.steps) await trainer.trainStep();
    for (const owner of [start, trainer]) owner.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});

describe("withNewClassifier", () => {
  it("takes another number of classes", () => {
    const start = initializeDetector(tinyConfig(), 1), renewed = withNewClassifier(start, 9, 7);
    assert.deepEqual([renewed.config.classes, renewed.weights.get("head.classification_head.cls_logits.bias")!.shape], [7, [6 * 7]]);
    start.dispose();
    renewed.dispose();
  });

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

  it("falls a second time after a restart", () => {
    const schedule = { learningRate: 1, warmUp: 0, decay: "cosine", restart: { epoch: 3, learningRate: 0.5 } } as const;
    const of = (step: number, steps = 50): unknown => cycleOf(schedule, step, 10, steps);
    assert.deepEqual([of(0), of(29)], Array(2).fill({ first: 0, end: 30, learningRate: 1 }));
    assert.deepEqual([of(30), of(49)], Array(2).fill({ first: 30, end: 50, learningRate: 0.5 }));
    assert.deepEqual(of(9, 10), { first: 0, end: 10, learningRate: 1 }); // a trial that ends before it
  });

  it("falls by 5 at each quarter", () => {
    const schedule = { learningRate: 0.01, warmUp: 1, decay: "quarters" } as const;
    [0.01, 0.002, 0.0004, 0.00008].forEach((rate, quarter) => assert.ok(Math.abs(learningRateAt(schedule, 10 * quarter, 40) / rate - 1) < 1e-9));
  });
});
