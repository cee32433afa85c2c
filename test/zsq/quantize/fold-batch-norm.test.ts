import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { foldBatchNorms } from "zsq";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { noiseImages, tinyDetector } from "../../helpers/tiny-detector";

describe("foldBatchNorms", () => {
  it("gives the same outputs without batch normalizations", () => assertNoLeaks(() => tf.tidy(() => {
    const detector = tinyDetector(), folded = foldBatchNorms(detector), images = noiseImages(2);
    const [expected, actual] = [detector.outputs(images), folded.outputs(images)];
    for (const kind of ["classLogits", "boxRegression"] as const) actual[kind].forEach((level, k) => assertClose(level.dataSync(), expected[kind][k].dataSync(), 1e-5));
    assert.equal([...folded.weights.keys()].some((name) => name.includes("running_") || name.includes(".bn")), false);
    folded.dispose();
    detector.dispose();
  })));

  it("scales each output channel by gamma / std and keeps what is left in the bias", () => assertNoLeaks(() => tf.tidy(() => {
    const detector = tinyDetector(), folded = foldBatchNorms(detector), channel = 2;
    const at = (name: string): number => detector.weights.get(`backbone.body.bn1.${name}`)!.dataSync()[channel];
    const scale = at("weight") / Math.sqrt(at("running_var") + 1e-5);
    assertClose(folded.weights.get("backbone.body.conv1.bias")!.slice([channel], [1]).dataSync(), [at("bias") - at("running_mean") * scale], 1e-6, 1);
    const kernel = (weights: typeof folded.weights): number => weights.get("backbone.body.conv1.weight")!.slice([3, 4, 1, channel], [1, 1, 1, 1]).dataSync()[0];
    assertClose([kernel(folded.weights)], [kernel(detector.weights) * scale], 1e-6);
    folded.dispose();
    detector.dispose();
  })));
});
