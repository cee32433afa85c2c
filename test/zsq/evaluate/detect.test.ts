import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { detect, type Predictor } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { noiseImages, tinyDetector } from "../../helpers/tiny-detector";

describe("detect", () => {
  it("returns boxes inside the image, scores falling within each image, and leaves no tensor", async () => {
    const detector = tinyDetector(), images = noiseImages(3);
    await assertNoLeaks(() => {
      const { imageIndex, boxes, scores, labels } = detect(detector, images);
      assert.ok(scores.length > 0);
      scores.forEach((score, i) => {
        const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4);
        assert.ok(0 <= x1 && x1 <= x2 && x2 <= 32 && 0 <= y1 && y1 <= y2 && y2 <= 32);
        assert.ok(score > 0.05 && labels[i] >= 0 && labels[i] < 3);
        if (i) assert.ok(imageIndex[i] > imageIndex[i - 1] || (imageIndex[i] === imageIndex[i - 1] && score <= scores[i - 1]));
      });
    });
    detector.dispose();
    images.dispose();
  });

  it("finds in an image of a batch what it finds in it alone", () => {
    const detector = tinyDetector(2), images = noiseImages(2);
    const both = detect(detector, images), second = detect(detector, images.slice([1, 0, 0, 0], [1, 32, 32, 3]));
    const start = both.imageIndex.indexOf(1);
    assert.deepEqual([...both.labels.subarray(start)], [...second.labels]);
    both.boxes.subarray(4 * start).forEach((x, i) => assert.ok(Math.abs(x - second.boxes[i]) < 1e-3));
    detector.dispose();
    images.dispose();
  });

  it("finds nothing in no images", () => {
    const detector = tinyDetector(), images = tf.zeros<tf.Rank.R4>([0, 32, 32, 3]);
    assert.equal(detect(detector, images).scores.length, 0);
    detector.dispose();
    images.dispose();
  });

  it("refuses outputs that are not finite and leaves no tensor even then", async () => {
    const detector = tinyDetector(), images = noiseImages(1);
    const broken: Predictor = {
      config: detector.config,
      outputs: (x) => {
        const outputs = detector.outputs(x);
        const bad = tf.tidy(() => outputs.classLogits[1].mul(NaN) as tf.Tensor4D);
        outputs.classLogits[1].dispose();
        outputs.classLogits[1] = bad;
        return outputs;
      },
    };
    await assertNoLeaks(() => assert.throws(() => detect(broken, images),
      { message: "postProcess: invalid class logits of level 1: NaN in image 0 of the batch; expected finite numbers" }));
    detector.dispose();
    images.dispose();
  });
});
