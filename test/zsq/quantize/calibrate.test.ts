import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture, Calibrator, calibrate, Detector, percentile } from "zsq";
import { HookedLayers } from "zsq/dist/quantize/hooked-layers";
import { runNetwork } from "zsq/dist/nn/detector";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { noiseImages, tinyConfig, tinyDetector } from "../../helpers/tiny-detector";

describe("calibrate", () => {
  let detector: Detector;
  let images: tf.Tensor4D;
  before(() => {
    detector = tinyDetector();
    images = noiseImages(6);
  });
  after(() => {
    detector.dispose();
    images.dispose();
  });

  it("gives each convolution, in their order, the percentiles of all that enters it, over all levels", () => assertNoLeaks(() => {
    const seen = new Map<string, number[]>();
    const layers = new HookedLayers(detector.weights, { input: (name, x) => void seen.set(name, [...(seen.get(name) ?? []), ...x.dataSync()]) });
    const { classLogits, boxRegression } = runNetwork(layers, tinyConfig(), images);
    tf.dispose([...classLogits, ...boxRegression]);
    const calibration = calibrate(detector, images, { percentile: 99 });
    assert.deepEqual([...calibration.keys()], detector.architecture.ofKind("conv").map(({ name }) => name));
    for (const [name, range] of calibration) assertRange(seen.get(name)!, range, name);
    assert.deepEqual([calibration.calibrator, calibration.images], [percentile(99), 6]);
  }));

  it("knows beforehand how many values will enter each convolution", () => {
    const counts = new Map<string, number>();
    const layers = new HookedLayers(detector.weights, { input: (name, x) => void counts.set(name, (counts.get(name) ?? 0) + x.size) });
    const { classLogits, boxRegression } = runNetwork(layers, tinyConfig(), images);
    tf.dispose([...classLogits, ...boxRegression]);
    for (const { name, inputValues } of new Architecture(tinyConfig(), [32, 32]).ofKind("conv")) assert.equal(counts.get(name), 6 * inputValues, name);
  });

  it("is independent of order and partition", () => assertNoLeaks(() => tf.tidy(() => {
    const whole = calibrate(detector, images, { batchSize: 6 });
    const turned = tf.concat([images.slice(3, 3), images.slice(0, 3)]) as tf.Tensor4D;
    const batches = [images.slice(0, 1), images.slice(1, 3), images.slice(4, 2)] as tf.Tensor4D[];
    const others = [calibrate(detector, turned, { batchSize: 6 }), calibrate(detector, images, { batchSize: 4 }), calibrate(detector, batches)];
    for (const other of others) {
      for (const [name, { min, max, magnitude }] of whole) {
        // convolutions may add in another order at another batch size: float32 rounding, after some 20 layers
        const range = other.get(name)!, tolerance = 1e-5 * magnitude;
        assert.ok(Math.abs(range.min - min) <= tolerance && Math.abs(range.max - max) <= tolerance && Math.abs(range.magnitude - magnitude) <= tolerance, name);
      }
    }
  })));

  it("gives minimum and maximum at percentile 100, and the minimum of what is never negative", () => assertNoLeaks(() => {
    const calibration = calibrate(detector, images, { percentile: 100 }), values = images.dataSync();
    const first = calibration.get("backbone.body.conv1")!;
    assert.deepEqual([first.min, first.max], [Math.min(...values), Math.max(...values)]);
    assert.equal(first.magnitude, Math.max(-first.min, first.max));
    assert.equal(calibrate(detector, images, { percentile: 99 }).get("backbone.body.layer1.0.conv2")!.min, 0);
  }));

  it("takes images of different sizes", () => assertNoLeaks(() => tf.tidy(() => {
    const batches = [images, tf.randomNormal([1, 64, 32, 3], 0, 9, "float32", 1) as tf.Tensor4D];
    const { min, max } = calibrate(detector, batches, { percentile: 100 }).get("backbone.body.conv1")!;
    assert.deepEqual([min, max], [batches[1].min().dataSync()[0], batches[1].max().dataSync()[0]]);
  })));

  it("reports progress and leaves the detector as it was", () => assertNoLeaks(() => {
    const progress: unknown[] = [];
    calibrate(detector, images, { batchSize: 4, onProgress: (step) => progress.push(step) });
    assert.deepEqual(progress, [{ done: 4, images: 6 }, { done: 6, images: 6 }]);
  }));

  it("makes a range of zeros of black images", () => assertNoLeaks(() => {
    const black = tf.zeros([1, 32, 32, 3]) as tf.Tensor4D;
    assert.deepEqual(calibrate(detector, black).get("backbone.body.conv1"), { min: 0, max: 0, magnitude: 0 });
    black.dispose();
  }));

  it("refuses no images, invalid options and values that are not finite", () => {
    const empty = tf.zeros([0, 32, 32, 3]) as tf.Tensor4D, broken = tf.fill([1, 32, 32, 3], NaN) as tf.Tensor4D;
    assert.throws(() => calibrate(detector, []), { message: "calibrate: invalid number of images: 0; expected at least 1" });
    assert.throws(() => calibrate(detector, empty), { message: "calibrate: invalid number of images: 0; expected at least 1" });
    assert.throws(() => calibrate(detector, images, { percentile: 0.9999 }), { message: "calibrate: invalid percentile: 0.9999; expected more than 50, at most 100" });
    assert.throws(() => calibrate(detector, images, { batchSize: 0 }), { message: "calibrate: invalid batchSize: 0; expected an integer >= 1" });
    assert.throws(() => calibrate(detector, broken), { message: "calibrate: invalid input of backbone.body.conv1: NaN; expected finite values" });
    tf.dispose([empty, broken]);
  });

  it("leaves no tensors behind when it fails", () => assertNoLeaks(() => {
    const broken = tf.fill([1, 32, 32, 3], NaN) as tf.Tensor4D;
    assert.throws(() => calibrate(detector, broken));
    broken.dispose();
  }));
});

describe("Calibrator", () => {
  it("calibrates on a stream that ends early", () => assertNoLeaks(() => {
    const detector = tinyDetector(), images = noiseImages(2);
    const calibrator = new Calibrator(detector, { images: 100, imageShape: [64, 64] });
    calibrator.add(images);
    assert.deepEqual([...calibrator.calibration()], [...calibrate(detector, images)]);
    detector.dispose();
    images.dispose();
  }));

  it("has no ranges before the first image", () => assertNoLeaks(() => {
    const detector = tinyDetector();
    const calibrator = new Calibrator(detector, { images: 1, imageShape: [32, 32] });
    assert.throws(() => calibrator.calibration(), { message: "calibrate: missing input of backbone.body.conv1; expected at least one value" });
    detector.dispose();
  }));

  it("refuses more images than announced where the percentile would not be exact", () => {
    const detector = tinyDetector(), images = noiseImages(4);
    const calibrator = new Calibrator(detector, { images: 1, imageShape: [32, 32], percentile: 99 });
    calibrator.add(images);
    assert.throws(() => calibrator.calibration(), { message: "calibrate: invalid percentile: 99 of 12288 values; expected one within the 32 kept at each end of input of backbone.body.conv1" });
    detector.dispose();
    images.dispose();
  });
});

function assertRange(values: number[], range: { min: number; max: number; magnitude: number }, name: string): void {
  const rising = values.sort((a, b) => a - b), absolute = values.map(Math.abs).sort((a, b) => a - b);
  const at = (sorted: number[], p: number): number => {
    const position = (sorted.length - 1) * p, below = Math.floor(position);
    return sorted[below] + (position - below) * ((sorted[below + 1] ?? 0) - sorted[below]);
  };
  const expected = [rising[0] >= 0 ? rising[0] : at(rising, 0.01), at(rising, 0.99), at(absolute, 0.99)];
  [range.min, range.max, range.magnitude].forEach((value, i) => assert.ok(Math.abs(value - expected[i]) <= 1e-12 * (1 + Math.abs(expected[i])), `${name}: ${value}, expected ${expected[i]}`));
}
