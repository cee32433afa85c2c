import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calibrate, Calibration, calibrationOf, entropy, percentile, quantizeDetector, readCalibration, scheme, schemePresets, writeCalibration, type QParams } from "zsq";
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
  const folder = temporaryFolder();

  it("gives scales that quantize to exactly the same, also through a file", () => assertNoLeaks(() => {
    const detector = tinyDetector(), images = noiseImages(2), path = join(folder.path, "scales.json");
    for (const given of [scheme("W8A6"), ...Object.values(schemePresets)]) {
      const { calibrator, tensors } = given.activations, first = quantizeDetector(detector, calibrate(detector, images, { calibrator, tensors }), given), scales = calibrationOf(first);
      writeCalibration(path, scales);
      const read = readCalibration(path);
      assert.deepEqual([...read], [...scales]);
      const second = quantizeDetector(detector, read, given);
      assert.deepEqual([...second.inputQParams], [...first.inputQParams]);
      assert.deepEqual([...calibrationOf(second)], [...scales]);
      first.dispose();
      second.dispose();
    }
    detector.dispose();
    images.dispose();
  }));

  it("gives the ranges that the levels cover to schemes of other bits", () => assertNoLeaks(() => {
    const detector = tinyDetector(), images = noiseImages(2), wide = quantizeDetector(detector, calibrate(detector, images), scheme("W8A8")), narrow = quantizeDetector(detector, calibrationOf(wide), scheme("W8A4"));
    for (const [key, { scale, bits }] of narrow.inputQParams) {
      const before = wide.inputQParams.get(key)!;
      assert.equal(bits, 4);
      assert.ok(Math.abs(15 * scale - 255 * before.scale) <= 1e-9 * scale, key);
    }
    for (const owner of [wide, narrow, detector, images]) owner.dispose();
  }));

  it("refuses scales and zero points that are none", () => assertNoLeaks(() => {
    const detector = tinyDetector(), images = noiseImages(1), calibration = calibrate(detector, images), name = "backbone.body.conv1", path = join(folder.path, "refused.json");
    const refuse = (qparams: QParams, message: string): void => {
      const broken = new Calibration([...calibration, [name, { ...calibration.get(name)!, qparams }]], percentile(), 1);
      assert.throws(() => quantizeDetector(detector, broken, scheme("W8A8")), { message });
    };
    refuse({ bits: 8, scale: 0, zeroPoint: 0 }, `quantizeDetector: ${name}: invalid scale: 0; expected a finite number > 0`);
    refuse({ bits: 8, scale: NaN, zeroPoint: 0 }, `quantizeDetector: ${name}: invalid scale: NaN; expected a finite number > 0`);
    refuse({ bits: 8, scale: 1, zeroPoint: 0.5 }, `quantizeDetector: ${name}: invalid zero point: 0.5; expected an integer`);
    refuse({ bits: 8, scale: 1, zeroPoint: 200 }, `quantizeDetector: invalid zero point of ${name}: 200; expected -128 to 127`);
    writeCalibration(path, new Calibration([["a", { min: 0, max: 1, magnitude: 1, qparams: { bits: 8, scale: 0, zeroPoint: 0 } }]], percentile(), 1));
    assert.throws(() => readCalibration(path), /readCalibration: invalid ranges\.a\.qparams\.scale in .*: 0; expected number to be >0/);
    detector.dispose();
    images.dispose();
  }));
});
