import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calibrate, calibrationFromOnnx, exportOnnx, quantizeDetector, readCalibration, schemePresets, writeCalibration } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { noiseImages, tinyDetector } from "../../helpers/tiny-detector";

const size = { imageShape: [32, 64] as [number, number] };

describe("calibrationFromOnnx", () => {
  const folder = temporaryFolder(), inside = (name: string): string => join(folder.path, name);

  it("gives a table that writes the same file again, byte for byte", () => assertNoLeaks(() => {
    const detector = tinyDetector(), images = noiseImages(2, 32, 64);
    for (const name of ["onnxruntime", "tflite", "pytorch-quantization"] as const) {
      const preset = schemePresets[name], { calibrator, tensors } = preset.activations, first = quantizeDetector(detector, calibrate(detector, images, { calibrator, tensors }), preset);
      exportOnnx(first, inside("first.onnx"), size);
      writeCalibration(inside("scales.json"), calibrationFromOnnx(inside("first.onnx")));
      const second = quantizeDetector(detector, readCalibration(inside("scales.json")), preset);
      assert.deepEqual([...second.inputQParams].sort(), [...first.inputQParams].map(([key, qparams]) => [key, { ...qparams, scale: Math.fround(qparams.scale) }]).sort(), name);
      exportOnnx(second, inside("second.onnx"), size);
      assert.deepEqual(readFileSync(inside("second.onnx")), readFileSync(inside("first.onnx")), name);
      first.dispose();
      second.dispose();
    }
    detector.dispose();
    images.dispose();
  }));

  it("names a file that is missing, damaged, or in float", () => {
    const detector = tinyDetector(), path = inside("refused.onnx");
    assert.throws(() => calibrationFromOnnx(path), { message: `calibrationFromOnnx: missing file: ${path}; expected one that exportOnnx wrote` });
    writeFileSync(path, "no model");
    assert.throws(() => calibrationFromOnnx(path), /^Error: calibrationFromOnnx: damaged .*refused\.onnx: [^\n]*; expected an ONNX file$/);
    exportOnnx(detector, path, size);
    assert.throws(() => calibrationFromOnnx(path), { message: `calibrationFromOnnx: missing scales in ${path}; expected a quantized detector that exportOnnx wrote` });
    detector.dispose();
  });

  it("refuses a scale of 0", () => {
    const detector = tinyDetector(), images = noiseImages(1, 32, 64), preset = schemePresets.onnxruntime, { calibrator, tensors } = preset.activations, path = inside("zero.onnx");
    const quantized = quantizeDetector(detector, calibrate(detector, images, { calibrator, tensors }), preset), scale = Buffer.from(Float32Array.of(quantized.inputQParams.get("backbone.body.conv1")!.scale).buffer);
    exportOnnx(quantized, path, size);
    const bytes = readFileSync(path), at = bytes.indexOf(scale, bytes.indexOf("backbone.body.conv1.scale", bytes.indexOf("backbone.body.conv1.scale") + 1) - 50);
    bytes.fill(0, at, at + 4);
    writeFileSync(path, bytes);
    assert.throws(() => calibrationFromOnnx(path), { message: `calibrationFromOnnx: invalid scale of backbone.body.conv1 in ${path}: 0; expected a finite number > 0` });
    for (const owner of [quantized, detector, images]) owner.dispose();
  });
});
