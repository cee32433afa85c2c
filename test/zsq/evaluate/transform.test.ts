import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { fitImages, resizedShape, scaleBoxes } from "zsq/dist/evaluate/transform";
import { detect } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { noiseImages, randomDetector, tinyConfig } from "../../helpers/tiny-detector";

const RESIZE = { shorter: 800, longer: 1333 };

describe("transform", () => {
  it("gives the shorter side its length unless the longer one would exceed its bound", () => {
    assert.deepEqual(resizedShape([512, 640], RESIZE), [800, 1000]);
    assert.deepEqual(resizedShape([640, 512], RESIZE), [1000, 800]);
    assert.deepEqual(resizedShape([480, 640], RESIZE), [800, 1066]);
    assert.deepEqual(resizedShape([300, 1000], RESIZE), [399, 1333]); // 399.9 rounds down
    assert.deepEqual(resizedShape([800, 1000], RESIZE), [800, 1000]);
  });

  it("resizes by pixel centres, pads with zeros to multiples of 32, and keeps images that fit", async () => {
    await assertNoLeaks(() => {
      const image = tf.tensor4d([1, 2, 3, 4].flatMap((x) => [x, x, x]), [1, 2, 2, 3]);
      const { batch, shape } = fitImages(image, { shorter: 4, longer: 100 });
      assert.deepEqual([shape, batch.shape], [[4, 4], [1, 32, 32, 3]]);
      const rows = tf.tidy(() => (batch.slice([0, 0, 0, 0], [1, 5, 5, 1]).reshape([5, 5]) as tf.Tensor2D).arraySync());
      assert.deepEqual(rows, [[1, 1.25, 1.75, 2, 0], [1.5, 1.75, 2.25, 2.5, 0], [2.5, 2.75, 3.25, 3.5, 0], [3, 3.25, 3.75, 4, 0], [0, 0, 0, 0, 0]]);
      const noise = noiseImages(2), same = fitImages(noise, { shorter: 32, longer: 32 });
      assert.deepEqual(same.batch.dataSync(), noise.dataSync());
      tf.dispose([image, batch, noise, same.batch]);
    });
  });

  it("brings boxes back", () => {
    const boxes = Float32Array.of(10, 20, 30, 40);
    scaleBoxes(boxes, [800, 1000], [400, 2000]);
    assert.deepEqual([...boxes], [20, 10, 60, 20]);
  });

  it("detects the same in images that need no resizing, with boxes inside the image where they do", async () => {
    await assertNoLeaks(() => {
      const config = { ...tinyConfig(), detection: { scoreThreshold: 0.01, topK: 50, nmsThreshold: 0.5, maxDetections: 20 } }, plain = randomDetector(config), images = noiseImages(2);
      const with_ = (shorter: number): ReturnType<typeof detect> => detect({ config: { ...config, image: { ...config.image, resize: { shorter, longer: 1000 } } }, outputs: (x) => plain.outputs(x) }, images);
      assert.deepEqual(with_(32), detect(plain, images));
      const { boxes, scores } = with_(50);
      assert.ok(scores.length > 0 && boxes.every((x) => x >= 0 && x <= 32.001));
      images.dispose();
      plain.dispose();
    });
  });
});
