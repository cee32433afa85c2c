import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { Random } from "zsq";
import { searchBlocks } from "zsq/dist/distill/methods/autorecon";
import { Generator, latents } from "zsq/dist/distill/methods/generator";
import { randomTargets } from "zsq/dist/distill/methods/box-targets";
import { meanVarianceLoss, normLoss } from "zsq/dist/distill/methods/moments-losses";
import { scaled, targetLoss } from "zsq/dist/distill/methods/output-losses";
import { totalVariationL2 } from "zsq/dist/distill/methods/priors";
import { MomentOptimizer } from "zsq/dist/distill/methods/radam";
import { RecipeObjective, type RecipeLoss } from "zsq/dist/distill/methods/recipe-objective";
import { randomFlip, randomResizedCrop, smooth, views } from "zsq/dist/distill/methods/views";
import { classSimilarity, dirichlet } from "zsq/dist/distill/methods/zskd";
import { imageMethods } from "zsq/dist/study/methods";
import { assertClose } from "../../../helpers/close";
import { assertNoLeaks } from "../../../helpers/no-leaks";
import { noiseImages, tinyDetector } from "../../../helpers/tiny-detector";

const options = { images: 3, imageShape: [32, 64] as const, iterations: 2, seed: 1, batchSize: 2 };

describe("image methods", () => {
  for (const [id, method] of imageMethods) {
    it(`${id}: changes noise into finite images, the same for the same seed, without leaks`, async function () {
      this.timeout(30_000);
      const detector = tinyDetector();
      await assertNoLeaks(async () => {
        const first = await method.synthesize(detector, options), again = await method.synthesize(detector, options);
        assert.deepEqual(first.shape, [3, 32, 64, 3]);
        assert.equal(first.images.length, 3 * 32 * 64 * 3);
        assert.ok(first.images.every(Number.isFinite));
        assert.deepEqual(first.images, again.images);
        const before = await method.synthesize(detector, { ...options, iterations: 1 });
        assert.notDeepEqual(first.images, before.images);
      });
      detector.dispose();
    });
  }

  it("refuses a shape that the network cannot take, and stops on request", async () => {
    const detector = tinyDetector(), intraq = imageMethods.get("intraq")!;
    await assert.rejects(intraq.synthesize(detector, { ...options, imageShape: [33, 64] }), { message: "intraq: invalid imageShape: 33; expected multiples of 32" });
    await assert.rejects(intraq.synthesize(detector, { ...options, signal: AbortSignal.abort() }), { name: "AbortError" });
    detector.dispose();
  });
});

describe("a generator of several candidates", () => {
  const condition = { classes: Float32Array.of(1, 0), box: [0, 0, 0.5, 1] } as const, imageShape = [8, 12] as const;
  const both = { enlargements: ["nearest", "bilinear"], operations: ["conv3", "pointwise"] } as const, plain = { enlargements: ["nearest"], operations: ["conv3"] } as const;

  it("learns which of them bring what the gradient asks for", async () => {
    await assertNoLeaks(() => {
      const generator = new Generator(2, { imageShape, seed: 3, channels: 4, latent: 4, blocks: [both, both] }), latent = latents(1, 0, 2, 4);
      assert.deepEqual(generator.heaviestBlocks(), [plain, plain]); // the first of each as long as none is heavier
      const along = tf.tidy(() => latents(2, 0, 2 * 8 * 12, 3).reshape([2, 8, 12, 3]) as tf.Tensor4D), agreement = (): number => tf.tidy(() => generator.generate(latent, [condition, condition]).mul(along).sum().dataSync()[0]);
      const before = agreement();
      for (let step = 0; step < 30; step++) generator.learn(latent, [condition, condition], along, 1e-2);
      assert.ok(agreement() < before - 1);
      assert.notDeepEqual(generator.heaviestBlocks(), [plain, plain]);
      tf.dispose([latent, along]);
      generator.dispose();
    });
  });

  it("is searched by a detector's own loss, the same for the same seed", async () => {
    const detector = tinyDetector(), [first, again] = [await searchBlocks(detector, options), await searchBlocks(detector, options)];
    assert.deepEqual(first, again);
    for (const { enlargements, operations } of first) assert.deepEqual([enlargements.length, operations.length], [1, 1]);
    detector.dispose();
  });
});

describe("RecipeObjective", () => {
  const recipes: [string, RecipeLoss][] = [
    ["statistics of the batch", { statistics: { loss: meanVarianceLoss, pooled: true } }],
    ["statistics of each image", { statistics: { loss: normLoss(3), pooled: false } }],
    ["targets, statistics and prior", { statistics: { loss: meanVarianceLoss, pooled: true }, outputs: scaled(targetLoss, 0.5), prior: totalVariationL2 }],
  ];
  for (const [name, recipe] of recipes) {
    it(`agrees with finite differences in a view: ${name}`, () => {
      const [detector, images] = [tinyDetector(), noiseImages(2, 64, 64)], objective = new RecipeObjective(detector, recipe);
      const targets = [0, 1].map((k) => randomTargets(detector.config, [64, 64], 1, k));
      const view = views(randomResizedCrop(0.5, 1), randomFlip)(new Random(3), [64, 64]);
      const { gradient } = objective.lossGradient(images, targets, { view }), norm = tf.tidy(() => gradient.square().sum().sqrt().dataSync()[0]);
      const [up, down] = [0.01, -0.01].map((step) => {
        const moved = tf.tidy(() => images.add(gradient.mul(step / norm)) as tf.Tensor4D), result = objective.lossGradient(moved, targets, { view });
        tf.dispose([moved, result.gradient]);
        return result.loss;
      });
      assertClose([(up - down) / 0.02], [norm], 2e-2);
      tf.dispose([images, gradient]);
      objective.dispose();
      detector.dispose();
    });
  }
});

describe("parts of methods", () => {
  it("views place boxes where the pixels go", () => tf.tidy(() => {
    const x = tf.tidy(() => tf.tensor4d(Float32Array.from({ length: 64 * 64 * 3 }, (_, i) => Number(Math.floor(i / 192) >= 16 && Math.floor(i / 192) < 32 && Math.floor((i % 192) / 3) >= 8 && Math.floor((i % 192) / 3) < 24)), [1, 64, 64, 3]));
    for (let seed = 0; seed < 6; seed++) {
      const { see, place } = views(randomResizedCrop(0.8, 1), randomFlip)(new Random(seed), [64, 64]), [x1, y1, x2, y2] = place([8, 16, 24, 32]);
      const y = see(x).mean(3).squeeze([0]).arraySync() as number[][], middle = y[Math.round((y1 + y2) / 2)][Math.round((x1 + x2) / 2)];
      assert.ok(middle > 0.9, `seed ${seed}: ${middle} inside`);
      const outside = Math.round(x1) - 3;
      if (outside >= 0) assert.ok(y[Math.round((y1 + y2) / 2)][outside] < 0.1, `seed ${seed}: outside`);
    }
  }));

  it("smoothing keeps a constant and the sum of an inner pixel", () => tf.tidy(() => {
    assertClose(smooth(tf.ones([1, 4, 5, 3])).dataSync(), new Float32Array(60).fill(1), 1e-6);
    const dot = tf.tensor4d(Float32Array.from({ length: 25 }, (_, i) => Number(i === 12)), [1, 5, 5, 1]);
    assertClose(smooth(dot).sum().dataSync(), [1], 1e-6);
  }));

  it("Adam moves by its rate at first; RAdam goes along the mean gradient", () => assertNoLeaks(() => {
    for (const [rectified, expected] of [[false, -0.5], [true, -1.5]] as const) {
      const optimizer = new MomentOptimizer(tf.zeros([1, 1, 1, 1]), rectified), gradient = tf.fill([1, 1, 1, 1], 3) as tf.Tensor4D;
      optimizer.step(gradient, 0.5);
      assertClose(optimizer.x.dataSync(), [expected], 1e-5);
      gradient.dispose();
      optimizer.dispose();
    }
  }));

  it("class similarity is symmetric in [0, 1]; Dirichlet draws sum to 1 with their means", () => {
    const detector = tinyDetector(), similarity = classSimilarity(detector);
    assert.equal(similarity.length, 3);
    similarity.forEach((row, i) => row.forEach((x, j) => {
      assert.ok(x >= 0 && x <= 1);
      assertClose([x], [similarity[j][i]], 1e-5, 1);
    }));
    detector.dispose();
    const random = new Random(1), draws = Array.from({ length: 2000 }, () => dirichlet(random, [1, 0.5, 2.5]));
    for (const draw of draws) assertClose([draw.reduce((a, b) => a + b)], [1], 1e-9);
    assertClose([0, 1, 2].map((k) => draws.reduce((sum, draw) => sum + draw[k], 0) / 2000), [0.25, 0.125, 0.625], 0.03, 1);
  });
});
