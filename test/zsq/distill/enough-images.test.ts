import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { enoughImages, enoughImagesFigure, normals } from "zsq";
import { activationExtremes } from "zsq/dist/distill/activation-extremes";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { tinyDetector } from "../../helpers/tiny-detector";

describe("enoughImages", () => {
  // five images, image k of k times the noise: the more contrast, the wider the ranges
  const images = (): tf.Tensor4D => tf.tidy(() => tf.concat4d([1, 2, 3, 4, 5].map((k) => tf.tensor4d(normals(1, k, 32 * 32 * 3), [1, 32, 32, 3]).mul(k) as tf.Tensor4D), 0));

  it("rises to 1 with a band that closes, whatever the batches", async () => {
    await assertNoLeaks(() => {
      const detector = tinyDetector(), x = images();
      const points = enoughImages(detector, x, { subsets: 8 });
      assert.deepEqual(points.map((point) => point.images), [1, 2, 4, 5]);
      assert.deepEqual(points[3], { images: 5, mean: 1, low: 1, high: 1 });
      points.forEach(({ mean, low, high }, k) => assert.ok(low <= mean && mean <= high && high <= 1 && (!k || mean >= points[k - 1].mean)));
      assert.ok(points[0].low < points[0].high && points[0].mean < 1);
      const again = enoughImages(detector, x, { subsets: 8, batchSize: 2 });
      assertClose(again.map(({ mean }) => mean), points.map(({ mean }) => mean), 1e-5);
      tf.dispose(x);
      detector.dispose();
    });
  });

  it("is the mean over layers of the width beside that of all, for one image", () => {
    const detector = tinyDetector(), x = images(), { low, high } = activationExtremes(detector, x), layers = low.length / 5;
    const width = (layer: number, from: number, to: number): number => Math.max(...high.slice(5 * layer + from, 5 * layer + to)) - Math.min(...low.slice(5 * layer + from, 5 * layer + to));
    const parts = [0, 1, 2, 3, 4].map((k) => Array.from({ length: layers }, (_, layer) => width(layer, k, k + 1) / width(layer, 0, 5)).reduce((a, b) => a + b) / layers);
    const [first] = enoughImages(detector, x, { subsets: 64 });
    assertClose([first.low, first.high], [Math.min(...parts), Math.max(...parts)], 1e-6);
    tf.dispose(x);
    detector.dispose();
  });

  it("knows one image, and refuses no draws", () => {
    const detector = tinyDetector(), x = images(), one = x.slice([0, 0, 0, 0], [1, -1, -1, -1]);
    assert.deepEqual(enoughImages(detector, one), [{ images: 1, mean: 1, low: 1, high: 1 }]);
    assert.throws(() => enoughImages(detector, one, { subsets: 0 }), { message: "enoughImages: invalid subsets: 0; expected an integer >= 1" });
    tf.dispose([x, one]);
    detector.dispose();
  });

  it("draws mean, lowest and highest", () => {
    const figure = enoughImagesFigure([{ name: "distilled", points: [{ images: 1, mean: 0.5, low: 0.4, high: 0.6 }, { images: 2, mean: 1, low: 1, high: 1 }] }], { title: "Ranges" });
    const [mean, low, high] = figure.data as { x: number[]; y: number[] }[];
    assert.deepEqual([mean.x, mean.y, low.y, high.y], [[1, 2], [50, 100], [40, 100], [60, 100]]);
    assert.match(figure.svg, /^<svg/);
  });
});
