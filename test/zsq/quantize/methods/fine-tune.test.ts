import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { calibrate, scheme } from "zsq";
import { latents, Generator } from "zsq/dist/distill/methods/generator";
import { plainWish } from "zsq/dist/distill/methods/train-generator";
import { superposedWish } from "zsq/dist/distill/methods/gdfq";
import { attentiveLoss, fineTuned, outputsLoss } from "zsq/dist/quantize/methods/fine-tune";
import { Student } from "zsq/dist/quantize/methods/student";
import { RespondingLayers } from "zsq/dist/quantize/methods/teacher";
import { discrepancy, zaq } from "zsq/dist/quantize/methods/zaq";
import { assertClose } from "../../../helpers/close";
import { assertNoLeaks } from "../../../helpers/no-leaks";
import { noiseImages, tinyDetector } from "../../../helpers/tiny-detector";

const options = { precision: "W4A8", inputRange: "image", seed: 1, steps: 7, batchSize: 2, imageShape: [64, 64] } as const;

describe("Student", () => {
  it("agrees with finite differences in the images where nothing is rounded visibly", () => {
    const detector = tinyDetector(), images = noiseImages(1, 64, 64), other = noiseImages(1, 64, 64, 9), teacher = RespondingLayers.of(detector, other);
    const student = new Student(detector, scheme("W16A16", { inputRange: "calibrated" }), calibrate(detector, images, { percentile: 99.99 }));
    for (const loss of [outputsLoss(teacher, 3), attentiveLoss(1)(teacher, 3), (own: Parameters<typeof discrepancy>[0]) => discrepancy(own, teacher, 3)]) {
      const { images: gradient, parameters } = student.pass(images, loss), norm = tf.tidy(() => gradient.square().sum().sqrt().dataSync()[0]);
      const [up, down] = [0.05, -0.05].map((step) => {
        const moved = tf.tidy(() => images.add(gradient.mul(step / norm)) as tf.Tensor4D), result = student.pass(moved, loss);
        tf.dispose([moved, result.images, ...result.parameters.values()]);
        return result.loss;
      });
      assertClose([(up - down) / 0.1], [norm], 0.1);
      tf.dispose([gradient, ...parameters.values()]);
    }
    tf.dispose([images, other, ...teacher.features, ...teacher.outputs.classLogits, ...teacher.outputs.boxRegression]);
    student.dispose();
    detector.dispose();
  });

  it("comes nearer to its teacher in some steps", () => {
    const detector = tinyDetector(), images = noiseImages(2, 64, 64), teacher = RespondingLayers.of(detector, images), losses: number[] = [];
    const student = new Student(detector, scheme("W4A8", { inputRange: "image" }), calibrate(detector, images));
    for (let step = 0; step < 12; step++) {
      const result = student.pass(images, outputsLoss(teacher, 3));
      losses.push(result.loss);
      student.learn([result], 1e-3);
      tf.dispose([result.images, ...result.parameters.values()]);
    }
    assert.ok(losses[11] < 0.8 * losses[0], losses.join(" "));
    tf.dispose([images, ...teacher.features, ...teacher.outputs.classLogits, ...teacher.outputs.boxRegression]);
    student.dispose();
    detector.dispose();
  });
});

describe("fine-tuning methods", () => {
  for (const [name, method] of Object.entries({ "outputs alone": fineTuned(), "attention and harder images": fineTuned({ loss: attentiveLoss(1), perturbation: 0.01 }), zaq })) {
    it(`${name}: a finite detector, the same for the same seed, no tensor left`, () => assertNoLeaks(async () => {
      const detector = tinyDetector(), images = noiseImages(3, 64, 64);
      const outputs: Float32Array[] = [];
      for (let run = 0; run < 2; run++) {
        const quantized = await method(detector, images, options);
        outputs.push(tf.tidy(() => tf.concat(quantized.predictor.outputs(images).boxRegression.map((level) => level.as1D())).dataSync() as Float32Array));
        quantized.dispose();
      }
      assert.ok(outputs[0].every(Number.isFinite));
      assert.deepEqual(outputs[0], outputs[1]);
      images.dispose();
      detector.dispose();
    }));
  }

  it("discrepancy: nothing between equals, and the mean difference of outputs alone", () => tf.tidy(() => {
    const level = (value: number, columns: number): tf.Tensor4D => tf.fill([1, 1, 1, columns], value), features = [tf.ones([1, 2, 2, 3]) as tf.Tensor4D];
    const says = (logit: number, box: number) => ({ features, outputs: { classLogits: [level(logit, 3)], boxRegression: [level(box, 4)] } });
    assert.equal(discrepancy(says(1, 2), says(1, 2), 3).dataSync()[0], 0);
    assertClose(discrepancy(says(1, 2), says(3, 2.5), 3).dataSync(), [2 + 0.5], 1e-6);
  }));
});

describe("Generator", () => {
  it("makes images of mean 0 and deviation 1, and learns towards brighter ones", () => assertNoLeaks(() => {
    const detector = tinyDetector(), generator = new Generator(3, { imageShape: [32, 32], latent: 8, channels: 4, seed: 1 });
    const conditions = [0, 1].map((k) => plainWish(detector, [32, 32], 1, k).condition), latent = latents(1, 0, 2, 8);
    const before = generator.generate(latent, conditions);
    const { mean, variance } = tf.moments(before);
    assertClose([mean.dataSync()[0]], [0], 1e-4, 1);
    assertClose([variance.dataSync()[0]], [1], 1e-2);
    const left = tf.tidy(() => tf.tensor4d(Float32Array.from({ length: before.size }, (_, i) => (Math.floor(i / 3) % 32 < 16 ? -1 : 1)), before.shape));
    for (let step = 0; step < 10; step++) generator.learn(latent, conditions, left, 0.01);
    const after = generator.generate(latent, conditions), brightness = (x: tf.Tensor): number => tf.tidy(() => x.mul(left).sum().dataSync()[0]);
    assert.ok(brightness(after) < brightness(before));
    tf.dispose([latent, before, after, left, mean, variance]);
    generator.dispose();
    detector.dispose();
  }));

  it("is told one class, or for some images a mixture of all but the background", () => {
    const detector = tinyDetector(), wishes = Array.from({ length: 40 }, (_, k) => superposedWish(detector, [32, 64], 1, k));
    const mixed = wishes.filter(({ condition: { classes } }) => classes.filter((x) => x > 0).length > 1);
    assert.ok(mixed.length > 8 && mixed.length < 26, String(mixed.length));
    for (const { condition: { classes, box }, targets } of wishes) {
      assertClose([classes.reduce((a, b) => a + b)], [1], 1e-5);
      assert.equal(classes[0], 0);
      assert.equal(classes[targets.labels[0]], Math.max(...classes));
      assert.ok(box.every((x) => x >= 0 && x <= 1));
    }
    detector.dispose();
  });
});
