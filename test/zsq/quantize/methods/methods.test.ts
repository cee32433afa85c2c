import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { foldBatchNorms, equalizeLayers, percentile } from "zsq";
import { Graph } from "zsq/dist/nn/graph";
import { dfq, equalizedNorms } from "zsq/dist/quantize/methods/dfq";
import { chooseBits, mixedPrecision, outputDivergence, weightSensitivity } from "zsq/dist/quantize/methods/mixed-precision";
import { calibrateAndQuantize } from "zsq/dist/quantize/methods/quantized";
import { perTensorControl, splitChannels } from "zsq/dist/quantize/methods/split-channels";
import { rangesFromStatistics, rectifiedMoments } from "zsq/dist/quantize/methods/stored-ranges";
import { assertClose } from "../../../helpers/close";
import { readFixture } from "../../../helpers/fixture";
import { assertNoLeaks } from "../../../helpers/no-leaks";
import { noiseImages, tinyDetector } from "../../../helpers/tiny-detector";
import { lcg } from "../../../helpers/torch-reference";

const options = { precision: "W8A8", inputRange: "image", seed: 1, steps: 1, imageShape: [32, 32] } as const;

describe("quantization methods", () => {
  for (const [name, method] of Object.entries({ calibrateAndQuantize, dfq, mixedPrecision, perTensorControl, splitChannels })) {
    it(`${name}: outputs near those in float, no tensor left`, () => assertNoLeaks(async () => {
      const detector = tinyDetector(), images = noiseImages(2), quantized = await method(detector, images, options);
      tf.tidy(() => {
        const [expected, actual] = [detector, quantized.predictor].map((one) => tf.concat(one.outputs(images).boxRegression.map((level) => level.as1D())));
        const error = actual.sub(expected).square().sum().div(expected.square().sum()).sqrt().dataSync()[0];
        assert.ok(error < 0.5, `relative error ${error}`);
      });
      assert.ok(quantized.sizeMiB > 0);
      quantized.dispose();
      images.dispose();
      detector.dispose();
    }));
  }

  it("refuses to calibrate on nothing", () => {
    const detector = tinyDetector();
    assert.throws(() => calibrateAndQuantize(detector, null, options), /quantize: missing images: none; expected calibration images/);
    detector.dispose();
  });
});

describe("ranges from stored statistics", () => {
  it("moments of a rectified normal: standard, certain, and far on either side", () => {
    assertClose(rectifiedMoments(0, 1), [1 / Math.sqrt(2 * Math.PI), 0.5 - 1 / (2 * Math.PI)], 1e-12);
    assert.deepEqual(rectifiedMoments(-2, 0), [0, 0]);
    assertClose(rectifiedMoments(50, 4), [50, 4], 1e-9);
    assertClose(rectifiedMoments(-50, 4), [0, 0], 1e-9, 1);
  });

  it("has a range for each convolution: six deviations around beta, from 0 behind a ReLU, the image's own first", () => {
    const detector = tinyDetector(), ranges = rangesFromStatistics(detector.config, detector.weights, percentile()), graph = new Graph(detector.config);
    assert.deepEqual(new Set(ranges.keys()), new Set(graph.of("conv").map(({ name }) => name)));
    const [gamma, beta] = ["weight", "bias"].map((key) => detector.weights.get(`backbone.body.layer1.0.bn1.${key}`)!.dataSync());
    const range = ranges.get("backbone.body.layer1.0.conv2")!;
    assert.equal(range.min, 0);
    assertClose([range.max], [Math.max(...gamma.map((g, c) => beta[c] + 6 * Math.abs(g)))], 1e-6);
    assert.ok(ranges.get("backbone.body.conv1")!.min < -1.5);
    detector.dispose();
  });

  it("scales gamma and beta as equalization scales the channels", () => {
    const detector = tinyDetector(), folded = foldBatchNorms(detector), equalized = equalizeLayers(folded), norms = equalizedNorms(detector, folded, equalized), again = foldBatchNorms(norms);
    const images = noiseImages(1);
    for (const key of ["weight", "bias"]) {
      const name = `backbone.body.layer1.0.conv1.${key}`;
      assertClose(again.weights.get(name)!.dataSync(), equalized.weights.get(name)!.dataSync(), 1e-4);
    }
    images.dispose();
    for (const one of [again, norms, equalized, folded, detector]) one.dispose();
  });
});

describe("mixed precision", () => {
  const layer = (name: string, parameters: number, two: number, eight: number) => ({ layer: name, parameters, sensitivity: new Map([[2, two], [8, eight]]) });

  it("spends bits where they matter most, within the budget", () => {
    const layers = [layer("a", 10, 5, 0), layer("b", 10, 1, 0), layer("c", 20, 3, 0)];
    assert.deepEqual([...chooseBits(layers, 320)], [["a", 8], ["b", 8], ["c", 8]]);
    assert.deepEqual([...chooseBits(layers, 200)], [["a", 8], ["b", 8], ["c", 2]]);
    assert.deepEqual([...chooseBits(layers, 140)], [["a", 8], ["b", 2], ["c", 2]]);
    assert.throws(() => chooseBits(layers, 79), /chooseBits: invalid budget: 79 bits; expected at least 80/);
  });

  it("divergence of outputs: hand examples, and PyTorch's", () => {
    const box = (...boxRegression: number[]) => ({ classLogits: Float32Array.of(0), boxRegression: Float32Array.from(boxRegression) });
    assert.ok(Math.abs(outputDivergence(box(0, 0, 0, 0), box(0.1, 0, 0, 0)) - 0.25) < 1e-7); // one standard deviation, seen with probability 1/2
    assert.ok(Math.abs(outputDivergence(box(0, 0, 0, 0), box(0, 0, 0.2, -0.2)) - 0.5) < 1e-7);
    assert.equal(outputDivergence(box(1, 2, 3, 4), box(1, 2, 3, 4)), 0);
    const certain = { classLogits: Float32Array.of(-100, -100), boxRegression: Float32Array.of(0, 0, 0, 0) };
    assert.ok(outputDivergence(certain, { ...certain, boxRegression: Float32Array.of(9, 9, 9, 9) }) < 1e-30); // no object, no box
    const { sensitivity } = readFixture<{ sensitivity: { outputDivergence: number } }>("zsq", "methods", "losses.json");
    const of = (classes: number, boxes: number) => ({ classLogits: Float32Array.from(lcg(classes, 36), (u) => 4 * u), boxRegression: Float32Array.from(lcg(boxes, 48)) });
    assertClose([outputDivergence(of(23, 25), of(24, 26))], [sensitivity.outputDivergence], 1e-9);
  });

  it("finds fewer bits worse, for every convolution, those of the box head too", () => assertNoLeaks(() => {
    const detector = tinyDetector(), images = noiseImages(1), choices = weightSensitivity(detector, images, [2, 8]);
    for (const { layer, sensitivity } of choices) assert.ok(sensitivity.get(2)! > sensitivity.get(8)!, layer);
    assert.equal(choices.length, detector.architecture.ofKind("conv").length);
    const total = (bits: number): number => choices.reduce((sum, { sensitivity }) => sum + sensitivity.get(bits)!, 0);
    assert.ok(total(2) > 10 * total(8));
    images.dispose();
    detector.dispose();
  }));
});
