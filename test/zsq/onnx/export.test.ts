import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { calibrate, exportOnnx, layerDifferences, OnnxDetector, perAxis, perTensor, quantizeDetector, scheme, schemePresets, type Detector, type HeadOutputs, type QuantizedDetector, type Scheme } from "zsq";
import { onnxGraph } from "zsq/dist/onnx/export";
import { decodeModel } from "zsq/dist/onnx/proto";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { itWithOnnxruntime } from "../../helpers/onnxruntime";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { noiseImages, tinyConfig, tinyDetector } from "../../helpers/tiny-detector";

const integers: Scheme = schemePresets.onnxruntime;
const size = { imageShape: [32, 64] as [number, number] };

const levels = ({ classLogits, boxRegression }: HeadOutputs<tf.Tensor4D>): Float32Array[] => [...classLogits, ...boxRegression].map((level) => {
  const values = level.dataSync() as Float32Array;
  level.dispose();
  return values;
});

describe("exportOnnx", () => {
  const folder = temporaryFolder();
  let detector: Detector, images: tf.Tensor4D, quantized: QuantizedDetector;
  before(() => {
    detector = tinyDetector();
    images = noiseImages(4, 32, 64);
    const { calibrator, tensors } = integers.activations;
    quantized = quantizeDetector(detector, calibrate(detector, images, { calibrator, tensors }), integers);
  });
  after(() => {
    for (const owner of [detector, images, quantized]) owner?.dispose();
  });
  const quantize = (options: Parameters<typeof scheme>[1], precision = "W8A8"): QuantizedDetector => {
    const given = scheme(precision, options), { calibrator, tensors } = given.activations;
    return quantizeDetector(detector, calibrate(detector, images, { calibrator, tensors }), given);
  };

  itWithOnnxruntime("gives a float detector's outputs in ONNX Runtime, for any multiple of the batch", () => assertNoLeaks(async () => {
    const path = join(folder.path, "float.onnx");
    exportOnnx(detector, path, { ...size, batch: 2 });
    const executed = await OnnxDetector.load(path, tinyConfig());
    const [expected, actual] = [levels(detector.outputs(images)), levels(await executed.outputs(images))];
    actual.forEach((level, k) => assertClose(level, expected[k], 1e-5));
    const three = noiseImages(3, 32, 64);
    await assert.rejects(executed.outputs(three), { message: "outputs: invalid image shape: [3,32,64,3]; expected a multiple of [2,32,64,3]" });
    three.dispose();
    await executed.dispose();
  }));

  itWithOnnxruntime("computes with integers what the simulation says: each layer on the same input within one step", () => assertNoLeaks(async () => {
    const found = await layerDifferences(quantized, images, { kernels: "uint8" });
    assert.equal(new Set(found.map(({ layer }) => layer)).size, 29 + 7 - 2); // all but the heads' last, whose inputs come from float layers
    for (const { layer, worstSteps, share } of found) assert.ok(worstSteps <= 1 && share < 0.02, `${layer}: ${worstSteps} steps, ${share} of the values`);
  }));

  itWithOnnxruntime("computes with zero points of weights, per channel and per tensor, within one step too", () => assertNoLeaks(async () => {
    for (const granularity of [perAxis(3), perTensor]) {
      const made = quantize({ foldBatchNorm: true, weights: { granularity }, activations: { tensors: ["inputs", "outputs", "adds"] } });
      assert.ok([...made.weightQParams.values()].flat().filter(({ zeroPoint }) => zeroPoint !== 0).length > 20);
      for (const { layer, worstSteps, share } of await layerDifferences(made, images, { kernels: "uint8" })) assert.ok(worstSteps <= 1 && share < 0.02, `${layer}: ${worstSteps} steps, ${share} of the values`);
      made.dispose();
    }
  }));

  itWithOnnxruntime("stays near the simulation at the outputs", () => assertNoLeaks(async () => {
    const path = join(folder.path, "integers.onnx");
    exportOnnx(quantized, path, { ...size, kernels: "uint8" });
    const executed = await OnnxDetector.load(path, tinyConfig());
    const [expected, actual] = [levels(quantized.outputs(images)), levels(await executed.outputs(images))];
    const deviation = (values: Float32Array, other?: Float32Array): number => Math.hypot(...values.map((value, i) => value - (other?.[i] ?? 0)));
    actual.forEach((level, k) => assert.ok(deviation(level, expected[k]) < 0.1 * deviation(expected[k]), `level ${k}: ${deviation(level, expected[k]) / deviation(expected[k])}`));
    await executed.dispose();
  }));

  it("writes kernels as one byte each", () => {
    const [float, small] = [join(folder.path, "float.onnx"), join(folder.path, "small.onnx")];
    const sizes = [exportOnnx(detector, float, size), exportOnnx(quantized, small, size)];
    assert.deepEqual(sizes, [float, small].map((path) => statSync(path).size));
    const { graph, opsetImport } = decodeModel(readFileSync(small)) as { graph: { initializer: { name: string; dataType: number; rawData: Uint8Array }[] }; opsetImport: unknown };
    assert.deepEqual(opsetImport, [{ version: 13 }]);
    for (const { name, dataType, rawData } of graph.initializer.filter(({ name }) => name.endsWith("conv1.weight"))) {
      assert.equal(dataType, 3, name);
      assert.equal(rawData.length, detector.weights.get(name)!.size, name);
    }
  });

  itWithOnnxruntime("keeps layers in float, weights per tensor and of fewer bits, and inputs alone", () => assertNoLeaks(async () => {
    const weights = { symmetric: true, granularity: perTensor };
    for (const made of [quantize({ weights }), quantize({ ...integers, weights, activations: { tensors: ["inputs", "outputs", "adds"] }, exclude: ["backbone.body.conv1"] }, "W6A8")]) {
      const path = join(folder.path, "other.onnx");
      exportOnnx(made, path, { ...size, kernels: "uint8" });
      const executed = await OnnxDetector.load(path, tinyConfig());
      const [expected, actual] = [levels(made.outputs(images)), levels(await executed.outputs(images))];
      actual.forEach((level, k) => assertClose(level, expected[k], 0.3));
      await executed.dispose();
      made.dispose();
    }
  }));

  it("refuses what integers cannot be, before it writes", () => assertNoLeaks(() => {
    const refuse = (made: QuantizedDetector, message: string): void => {
      assert.throws(() => onnxGraph(made, size), { message });
      made.dispose();
    };
    const name = "backbone.body.conv1", symmetric = { symmetric: true };
    refuse(quantize({ weights: symmetric }, "W8A4"), `exportOnnx: unsupported levels of ${name}: 4 bits; expected all 256 of 8 bits`);
    refuse(quantize({ weights: symmetric }, "W16A8"), `exportOnnx: unsupported bits of ${name}: 16; expected at most 8`);
    const beyond = quantize({}), [qparams] = beyond.weightQParams.get(name)! as unknown as { zeroPoint: number }[];
    qparams.zeroPoint = 128;
    refuse(beyond, `exportOnnx: invalid zero point of ${name}: 128; expected -128 to 127`);
  }));

  it("says what is missing", async () => {
    await assert.rejects(OnnxDetector.load("nowhere.onnx", tinyConfig()), { message: "OnnxDetector: missing file: nowhere.onnx; expected one that exportOnnx wrote" });
    const inputs = quantize({ weights: { symmetric: true } });
    await assert.rejects(layerDifferences(inputs, images), { message: "layerDifferences: unsupported scheme: outputs or sums in float; expected batch norms folded and tensors inputs, outputs, adds" });
    inputs.dispose();
  });
});
