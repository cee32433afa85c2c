import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture, Detector, retinaNetEmbedded, retinaNetR50 } from "zsq";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { referenceConfig, referenceDetector, referenceImages, sampleOf, torchReference } from "../../helpers/torch-reference";

describe("RetinaNet", () => {
  it("has the parameters, keys and batch norms of torchvision's retinanet_resnet50_fpn_v2", () => {
    const coco = new Architecture(retinaNetR50(91)), flir = new Architecture(retinaNetR50(4));
    assert.equal(coco.parameterCount, 38_198_935);
    assert.equal(flir.parameterCount, 36_394_120);
    assert.equal(coco.ofKind("batchNorm").length, 53);
    assert.equal(coco.parameters.size + coco.buffers.size, 362 - 53); // torch counts batches as well
    assert.equal(coco.sizeMiB(32).toFixed(1), "145.7");
    assert.equal(coco.sizeMiB(8).toFixed(1), "36.4");
    assert.equal(flir.sizeMiB(32).toFixed(1), "138.8");
    assert.equal(flir.sizeMiB(8).toFixed(1), "34.7");
  });

  it("keeps 53 batch norms at a quarter of the width", () => {
    assert.equal(new Architecture(retinaNetEmbedded()).ofKind("batchNorm").length, 53);
  });

  it("gives PyTorch's head outputs", async () => {
    const { inference } = torchReference();
    await assertNoLeaks(() => {
      const [detector, images] = [referenceDetector(), referenceImages()];
      const { classLogits, boxRegression } = detector.outputs(images);
      for (const [levels, columns, expected] of [[classLogits, 3, inference.classLogits], [boxRegression, 4, inference.boxRegression]] as const) {
        const joined = tf.tidy(() => tf.concat(levels.map((level) => level.reshape([2, -1, columns])), 1));
        assert.deepEqual(joined.shape, expected.shape);
        assertClose(sampleOf(joined.dataSync()), expected.values, 1e-5, expected.absmax); // 40 layers of float32
        joined.dispose();
      }
      tf.dispose([images, ...classLogits, ...boxRegression]);
      detector.dispose();
    });
  });

  it("refuses weights that are missing, misshapen or unknown", () => {
    const detector = referenceDetector();
    const name = "head.regression_head.bbox_reg.bias";
    const without = new Map([...detector.weights].filter(([key]) => key !== name));
    assert.throws(() => new Detector(referenceConfig, without), { message: `Detector: missing weight: ${name}; expected shape [24]` });
    const misshapen = new Map([...without, [name, detector.weights.get("backbone.body.bn1.bias")!]]);
    assert.throws(() => new Detector(referenceConfig, misshapen), { message: `Detector: invalid shape of ${name}: [4]; expected [24]` });
    const unknown = new Map([...detector.weights, ["extra", detector.weights.get(name)!]]);
    assert.throws(() => new Detector(referenceConfig, unknown), /Detector: unknown weight: extra; expected only/);
    detector.dispose();
  });

  it("refuses images of another shape", () => {
    const detector = referenceDetector(), gray = tf.zeros([1, 64, 64, 1]) as tf.Tensor4D;
    assert.throws(() => detector.outputs(gray), { message: "outputs: invalid image shape: [1,64,64,1]; expected [n, height, width, 3]" });
    gray.dispose();
    detector.dispose();
  });
});
