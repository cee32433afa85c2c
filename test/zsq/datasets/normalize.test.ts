import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { denormalize, normalizeImages, retinaNetEmbedded } from "zsq";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";

const half = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 0.5] };
const { image } = retinaNetEmbedded();

describe("normalizeImages", () => {
  it("maps 0 .. 255 by mean and std of each channel", () => {
    const x = normalizeImages(Uint8Array.of(255, 255, 0, 0, 51, 102), [1, 1, 2, 3], half);
    assert.deepEqual(x.shape, [1, 1, 2, 3]);
    assertClose(x.dataSync(), [1, 2, -1, -1, -1.2, -0.2], 1e-7);
    x.dispose();
  });

  it("rounds at each step, as torchvision does", () => {
    const x = normalizeImages(Uint8Array.of(1, 100, 200), [1, 1, 1, 3], image);
    const expected = [1, 100, 200].map((v, c) => Math.fround(Math.fround(Math.fround(v / 255) - Math.fround(image.mean[c])) / Math.fround(image.std[c])));
    assert.deepEqual([...x.dataSync()], expected);
    x.dispose();
  });

  it("treats numbers between the bytes as it does bytes", () => {
    const bytes = Uint8Array.of(1, 100, 200), x = normalizeImages(bytes, [1, 1, 1, 3], image), y = normalizeImages(Float32Array.from(bytes), [1, 1, 1, 3], image);
    assert.deepEqual(y.dataSync(), x.dataSync());
    const between = normalizeImages(Float32Array.of(0.5, 0.5, 0.5), [1, 1, 1, 3], half);
    assertClose(between.dataSync(), [1 / 255 - 1, 2 / 255 - 2, 1 / 255 - 1], 1e-6);
    tf.dispose([x, y, between]);
  });

  it("accepts no images", () => {
    const x = normalizeImages(new Uint8Array(0), [0, 4, 4, 3], half);
    assert.deepEqual(x.shape, [0, 4, 4, 3]);
    x.dispose();
  });

  it("refuses pixels that do not fit the shape", () => {
    assert.throws(() => normalizeImages(new Uint8Array(5), [1, 1, 2, 3], half), { message: "normalizeImages: invalid number of pixels: 5; expected [1,1,2,3] with 3 channels" });
  });
});

describe("denormalize", () => {
  it("is the inverse of normalizeImages for every value, and leaves no tensor", async () => {
    const pixels = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
    await assertNoLeaks(() => {
      const x = normalizeImages(pixels, [1, 16, 16, 3], image);
      assert.deepEqual(denormalize(x, image), pixels);
      x.dispose();
    });
  });

  const of = (...values: number[]): Uint8Array => tf.tidy(() => denormalize(tf.tensor4d(values, [1, 1, 1, values.length]), half));

  it("clips what is out of range", () => {
    assert.deepEqual(of(-9, 9, 0.01), Uint8Array.of(0, 255, 129));
  });

  it("refuses other channels and numbers that are not finite", () => {
    assert.throws(() => of(1), { message: "denormalize: invalid image shape: [1,1,1,1]; expected [n, height, width, 3]" });
    assert.throws(() => of(0, NaN, 0), { message: "denormalize: invalid value: NaN at 1; expected finite numbers" });
  });
});
