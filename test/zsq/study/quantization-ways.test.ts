import assert from "node:assert/strict";
import { calibrate, initializeDetector, quantizationWays, quantizeDetector, Random, scheme, schemePresets, wayName, type Predictor, type TrainingData } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { noiseImages, tinyConfig } from "../../helpers/tiny-detector";

const random = new Random(4);
const training: TrainingData = {
  count: 2, height: 32, width: 32,
  pixels: Uint8Array.from({ length: 2 * 32 * 32 * 3 }, () => random.integer(0, 256)),
  targets: [0, 1].map((k) => ({ boxes: Float32Array.of(2 * k, 3, 2 * k + 16, 25), labels: Int32Array.of(1 + (k % 2)) })),
};

describe("quantizationWays", () => {
  it("compares static, dynamic and trained with full precision, each as its own function makes it", () => assertNoLeaks(async () => {
    const detector = initializeDetector(tinyConfig(), 1), images = noiseImages(2), seen: string[] = [];
    const first = (predictor: Predictor): number => {
      const { classLogits, boxRegression } = predictor.outputs(images), value = (classLogits[0].dataSync() as Float32Array).reduce((sum, x) => sum + x, 0);
      for (const level of [...classLogits, ...boxRegression]) level.dispose();
      return value;
    };
    const distilled = noiseImages(3, 32, 32, 9);
    const rows = await quantizationWays(detector, images, {
      schemes: [scheme("W8A8"), scheme("W4A4")], evaluate: first, training, distilled, unlabelled: true, steps: 2, batchSize: 2, onProgress: (done, total, what) => seen.push(`${done}/${total} ${what}`),
    });
    const both = (trained: string): string[] => ["fixed", "learned"].map((ranges) => `trained on ${trained}, ranges ${ranges}`);
    const ways = ["static with real images", "static with distilled images", "dynamic", ...both("real images towards labels"), ...both("real images towards outputs"), ...both("distilled images towards outputs")];
    assert.deepEqual(rows.map(wayName), ["W32A32 full precision", "W32A32 trained on real images towards labels", ...["W8A8", "W4A4"].flatMap((precision) => ways.map((way) => `${precision} ${way}`))]);
    assert.deepEqual(seen, rows.map((row, k) => `${k}/20 ${wayName(row)}`));
    const [real, zero] = [images, distilled].map((source) => quantizeDetector(detector, calibrate(detector, source), scheme("W4A4")));
    assert.deepEqual([rows[0].value, rows[11].value, rows[12].value], [first(detector), first(real), first(zero)]);
    assert.ok(rows.every(({ value, loss }) => loss === rows[0].value - value) && new Set(rows.map(({ value }) => value)).size === rows.length);
    for (const owner of [real, zero, detector, images, distilled]) owner.dispose();
  }));

  it("leaves training out where there are no labels, and refuses schemes of outputs", () => assertNoLeaks(async () => {
    const detector = initializeDetector(tinyConfig(), 1), images = noiseImages(1);
    assert.deepEqual((await quantizationWays(detector, images, { schemes: [scheme("W8A8")], evaluate: () => 1 })).map(({ way }) => way), ["full precision", "static", "dynamic"]);
    await assert.rejects(quantizationWays(detector, images, { schemes: [schemePresets.onnxruntime], evaluate: () => 1 }), { message: "quantizeDynamically: unsupported scheme: folded batch norms or outputs quantized; expected inputs alone" });
    detector.dispose();
    images.dispose();
  }));
});
