import assert from "node:assert/strict";
import { distill, distillPresets, lossPlateau, NotFiniteError, rangeStable, type DistillProgress } from "zsq";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { tinyDetector } from "../../helpers/tiny-detector";

describe("distill", () => {
  const options = { ...distillPresets["paper-mean"], images: 3, imageShape: [32, 32] as const, iterations: 12, seed: 5 };

  it("lowers the loss of every preset and leaves no tensors", async () => {
    await assertNoLeaks(async () => {
      const detector = tinyDetector();
      for (const [name, preset] of Object.entries(distillPresets)) {
        const iterations = name === "zeroq-classification" ? 40 : 12; // its rate is five times as high
        const { history, shape, images } = await distill(detector, { ...options, ...preset, iterations });
        assert.deepEqual(shape, [3, 32, 32, 3]);
        assert.equal(images.length, 3 * 32 * 32 * 3);
        assert.equal(history.length, iterations + 1);
        assert.ok(history[iterations] < 0.8 * history[0], `${name}: ${history[iterations]} after ${history[0]}`);
      }
      detector.dispose();
    });
  });

  it("starts image k from the same noise whatever the batch", async () => {
    const detector = tinyDetector();
    const { images } = await distill(detector, { ...options, iterations: 0 });
    const { images: last } = await distill(detector, { ...options, iterations: 0, images: 1, firstImage: 2 });
    assert.deepEqual(last, images.slice(2 * 32 * 32 * 3));
    detector.dispose();
  });

  it("gives each image the result it has on its own", async () => {
    const detector = tinyDetector();
    const { images } = await distill(detector, options);
    const { images: single } = await distill(detector, { ...options, batchSize: 1 });
    assertClose(single, images, 1e-3); // sums in another order, amplified by 12 steps of Adam
    detector.dispose();
  });

  it("keeps snapshots of one trajectory", async () => {
    const detector = tinyDetector();
    const { snapshots } = await distill(detector, { ...options, snapshots: [4, 12] });
    const { images } = await distill(detector, { ...options, iterations: 4 });
    assert.deepEqual(snapshots.get(4), images);
    assert.deepEqual(snapshots.get(12), (await distill(detector, options)).images);
    detector.dispose();
  });

  it("stops on request", async () => {
    const detector = tinyDetector();
    const signal = AbortSignal.abort();
    await assertNoLeaks(() => assert.rejects(distill(detector, { ...options, signal }), { message: "distill: stopped on request" }));
    detector.dispose();
  });

  it("keeps each part of the loss", async () => {
    const detector = tinyDetector();
    const { history, parts } = await distill(detector, { ...options, ...distillPresets["paper-mean-std"], iterations: 3 });
    assert.deepEqual(Object.keys(parts), ["mean", "std"]);
    history.forEach((loss, i) => assertClose([parts.mean[i] + parts.std[i]], [loss], 1e-6));
    detector.dispose();
  });

  it("tells how much is done and how long the rest will take", async () => {
    const detector = tinyDetector();
    const seen: DistillProgress[] = [];
    await distill(detector, { ...options, iterations: 2, batchSize: 2, onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(seen.map(({ done, total }) => [done, total]), [[2, 6], [4, 6], [4, 6], [5, 6], [6, 6], [6, 6]]);
    assert.equal(seen.at(-1)!.secondsLeft, 0);
    assert.ok(seen[0].secondsLeft! > 0);
    detector.dispose();
  });

  it("stops at the first value that is not finite and hands over the state before", async () => {
    const detector = tinyDetector();
    const diverging = { ...options, learningRate: 1e30, iterations: 5, batchSize: 2 };
    await assertNoLeaks(() => assert.rejects(distill(detector, diverging), (error: unknown) => {
      assert.ok(error instanceof NotFiniteError);
      assert.match(error.message, /^distill: invalid value at iteration [12] in (batch normalization \S+|gradient of \S+|the loss); expected finite numbers; try a smaller learning rate$/);
      assert.equal(error.firstImage, 0);
      assert.equal(error.images.length, 2 * 32 * 32 * 3);
      assert.ok(error.images.every(Number.isFinite));
      return true;
    }));
    detector.dispose();
  });

  it("ends each image on its own when its loss has settled", async () => {
    const detector = tinyDetector();
    const until = lossPlateau({ improvement: 0.2, patience: 2 });
    const { taken, history, images } = await distill(detector, { ...options, iterations: 60, until });
    assert.ok(taken.every((n) => n > 2 && n < 60), String(taken));
    assert.equal(history[60], history[Math.max(...taken)]);
    const alone = await distill(detector, { ...options, iterations: taken[1], images: 1, firstImage: 1 });
    assertClose(images.subarray(32 * 32 * 3, 2 * 32 * 32 * 3), alone.images, 1e-2);
    detector.dispose();
  });

  it("ends when the ranges of the activations have settled", async () => {
    const detector = tinyDetector();
    await assertNoLeaks(async () => {
      const run = (change: number): Promise<number[]> => distill(detector, { ...options, iterations: 20, until: rangeStable({ change, every: 5 }) }).then(({ taken }) => taken);
      assert.deepEqual(await run(Infinity), [5, 5, 5]);
      assert.deepEqual(await run(0), [20, 20, 20]);
    });
    detector.dispose();
  });

  it("refuses options that make no sense", async () => {
    const detector = tinyDetector();
    await assert.rejects(distill(detector, { ...options, images: 0 }), { message: "distill: invalid images: 0; expected an integer >= 1" });
    await assert.rejects(distill(detector, { ...options, iterations: 1.5 }), { message: "distill: invalid iterations: 1.5; expected an integer >= 0" });
    await assert.rejects(distill(detector, { ...options, learningRate: 0 }), { message: "distill: invalid learningRate: 0; expected > 0" });
    await assert.rejects(distill(detector, { ...options, snapshots: [13] }), { message: "distill: invalid snapshot: 13; expected in [1, 12]" });
    detector.dispose();
  });
});
