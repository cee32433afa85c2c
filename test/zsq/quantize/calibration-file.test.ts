import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calibrate, Calibration, calibrationOf, entropy, percentile, quantizeDetector, readCalibration, scheme, schemePresets, writeCalibration } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { noiseImages, tinyDetector } from "../../helpers/tiny-detector";

describe("readCalibration", () => {
  const folder = temporaryFolder();
  it("gives back what writeCalibration wrote, exactly", () => {
    const path = join(folder.path, "table.json");
    const written = new Calibration([["a", { min: -1 / 3, max: 0.1, magnitude: Math.PI }], ["a:output", { min: 0, max: 1e-40, magnitude: 2 ** 100 }]], entropy(6), 16);
    writeCalibration(path, written);
    const read = readCalibration(path);
    assert.deepEqual([...read], [...written]);
    assert.deepEqual([read.calibrator, read.images], [entropy(6), 16]);
  });

  it("names what is wrong with a file", () => {
    const path = join(folder.path, "table.json");
    assert.throws(() => readCalibration(path), { message: `readCalibration: missing file: ${path}; expected one that writeCalibration wrote` });
    writeCalibration(path, new Calibration([["a", { min: 0, max: 1, magnitude: 1 }]], percentile(), 1));
    const good = readFileSync(path, "utf8");
    const refuse = (from: string, to: string, message: RegExp): void => {
      writeFileSync(path, good.replace(from, to));
      assert.throws(() => readCalibration(path), message);
    };
    refuse('"max": 1', '"max": -1', /readCalibration: invalid ranges\.a in .*; expected min <= max/);
    refuse('"max": 1', '"max": "1"', /readCalibration: invalid ranges\.a\.max in .*: "1"; expected number/);
    refuse('"percentile": 99.99', '"percentile": 0', /readCalibration: invalid percentile: 0; expected more than 50, at most 100/);
    refuse("{", "", /readCalibration: damaged/);
  });
});

describe("calibrationOf", () => {
  it("gives the ranges that quantize to the same scales", () => assertNoLeaks(() => {
    const detector = tinyDetector(), images = noiseImages(2);
    for (const given of [scheme("W8A6"), schemePresets.onnxruntime]) {
      const { calibrator, tensors } = given.activations;
      const first = quantizeDetector(detector, calibrate(detector, images, { calibrator, tensors }), given), second = quantizeDetector(detector, calibrationOf(first), given);
      for (const [key, { scale, zeroPoint }] of first.inputQParams) {
        const again = second.inputQParams.get(key)!;
        assert.ok(Math.abs(again.scale - scale) <= 1e-6 * scale && again.zeroPoint === zeroPoint, key);
      }
      first.dispose();
      second.dispose();
    }
    detector.dispose();
    images.dispose();
  }));
});
