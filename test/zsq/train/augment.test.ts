import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { Random } from "zsq";
import { randomView, viewImages, viewTargets, type View } from "zsq/dist/train/augment";

const plain: View = { left: 0, top: 0, scale: 1, mirrored: false, gain: 1, offset: 0 };
const image = (height: number, width: number): tf.Tensor4D => {
  const random = new Random(2);
  return tf.tensor4d(Float32Array.from({ length: height * width * 3 }, () => random.normal()), [1, height, width, 3]);
};
const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());

describe("views of training images", () => {
  it("leave an image as it is, or mirror it, exactly", () => {
    const x = image(5, 8);
    const [same, mirrored] = [viewImages(x, [plain]), viewImages(x, [{ ...plain, mirrored: true }])];
    const reversed = tf.reverse(x, 2);
    assert.deepEqual(values(same), values(x));
    assert.deepEqual(values(mirrored), values(reversed));
    tf.dispose([x, same, mirrored, reversed]);
  });

  it("place pixels and boxes alike (by hand: magnified twice from column 1, row 0)", () => {
    const x = tf.tensor4d([0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23], [1, 3, 4, 1]);
    const seen = viewImages(x, [{ ...plain, left: 1, scale: 2 }]);
    assert.deepEqual(values(seen), [1, 1.5, 2, 2.5, 6, 6.5, 7, 7.5, 11, 11.5, 12, 12.5]);
    // pixel 2 spans 2 to 3, its centre 2.5 lands on that of pixel 2
    const { boxes } = viewTargets({ boxes: Float32Array.of(0, 0, 20, 20), labels: Int32Array.of(1) }, { ...plain, left: 1, scale: 2 }, [30, 40]);
    assert.deepEqual([...boxes], [0, 0, (20 - 0.5 - 1) * 2 + 0.5, 30]);
    tf.dispose([x, seen]);
  });

  it("a drawn rectangle stays inside its box", () => {
    const random = new Random(7);
    for (let k = 0; k < 50; k++) {
      const [height, width] = [40, 60];
      const view = { ...randomView(random, [height, width], { zoom: 1.4, contrast: 0, brightness: 0, until: 1 }) };
      const box = [random.integer(0, 30), random.integer(0, 20)];
      const [x1, y1, x2, y2] = [box[0], box[1], box[0] + random.integer(8, 25), box[1] + random.integer(8, 18)];
      const pixels = new Float32Array(height * width);
      for (let y = y1; y < y2; y++) pixels.fill(1, y * width + x1, y * width + x2);
      const x = tf.tensor4d(pixels, [1, height, width, 1]);
      const seen = viewImages(x, [view]);
      const { boxes, labels } = viewTargets({ boxes: Float32Array.of(x1, y1, x2, y2), labels: Int32Array.of(0) }, view, [height, width]);
      const bright = values(seen).flatMap((v, i) => (v > 0.5 ? [i] : []));
      tf.dispose([x, seen]);
      if (labels.length === 0) continue;
      const [columns, rows] = [bright.map((i) => i % width), bright.map((i) => Math.floor(i / width))];
      const measured = [Math.min(...columns), Math.min(...rows), Math.max(...columns) + 1, Math.max(...rows) + 1];
      measured.forEach((edge, c) => assert.ok(Math.abs(edge - boxes[c]) <= 1, `view ${k}: ${measured} for ${boxes}`));
    }
  });

  it("drops objects of which too little is in view", () => {
    const objects = { boxes: Float32Array.of(0, 0, 10, 10, 20, 20, 30, 30), labels: Int32Array.of(1, 2) };
    const { boxes, labels } = viewTargets(objects, { ...plain, left: 8 }, [40, 40]); // 2 of 10 columns of the first are left
    assert.deepEqual([[...labels], [...boxes]], [[2], [12, 20, 22, 30]]);
    assert.equal(viewTargets({ boxes: new Float32Array(0), labels: new Int32Array(0) }, plain, [4, 4]).labels.length, 0);
  });

  it("stays within its limits, and leaves no tensors", () => {
    const random = new Random(3);
    const augmentation = { zoom: 1.25, contrast: 0.15, brightness: 0.2, until: 1 };
    for (let k = 0; k < 500; k++) {
      const { left, top, scale, gain, offset } = randomView(random, [128, 160], augmentation);
      assert.ok(scale >= 0.8 && scale <= 1.25 && gain >= 0.85 && gain <= 1.15 && Math.abs(offset) <= 0.2);
      for (const [at, side] of [[left, 160], [top, 128]]) {
        const room = (side - 1) * (1 - 1 / scale);
        assert.ok(at >= Math.min(0, room) && at <= Math.max(0, room), `${at} for scale ${scale}`);
      }
    }
    const before = tf.memory().numTensors;
    const x = image(6, 6);
    viewImages(x, [randomView(random, [6, 6], augmentation)]).dispose();
    x.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});
