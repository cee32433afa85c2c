import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { loadDetector, readCard, readSafetensors, saveCheckpoint, sha256OfFile, writeSafetensors, type Detector, type NamedArray, type RetinaNetConfig } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { suiteFolder } from "../../helpers/suite-folder";
import { noiseImages, tinyDetector } from "../../helpers/tiny-detector";

describe("checkpoint", () => {
  const folder = suiteFolder(), path = join(folder, "tiny.safetensors"), card = join(folder, "tiny.json");
  let detector: Detector;
  before(() => { detector = tinyDetector(); });
  after(() => detector.dispose());
  beforeEach(() => { saveCheckpoint(path, detector); });

  // writes the checkpoint anew with other tensors or config
  const change = (f: (tensors: Map<string, NamedArray>, config: RetinaNetConfig) => unknown): void => {
    const { tensors } = readSafetensors(path), config = structuredClone(detector.config);
    const text = f(tensors, config);
    writeSafetensors(path, tensors, text === null ? new Map() : new Map([["config", typeof text === "string" ? text : JSON.stringify(config)]]));
  };

  it("reads the detector that was written, leaving nothing else", async () => {
    await assertNoLeaks(() => {
      const got = loadDetector(path), images = noiseImages(1);
      assert.deepEqual(got.config, detector.config);
      for (const [name, tensor] of detector.weights) assert.deepEqual(got.weights.get(name)!.dataSync(), tensor.dataSync());
      const a = got.outputs(images), b = detector.outputs(images);
      a.classLogits.forEach((x, k) => assert.deepEqual(x.dataSync(), b.classLogits[k].dataSync()));
      tf.dispose([...a.classLogits, ...a.boxRegression, ...b.classLogits, ...b.boxRegression]);
      images.dispose();
      got.dispose();
    });
    assert.deepEqual(readdirSync(folder), ["tiny.safetensors"]);
  });

  it("keeps torchvision's names and layout in the file", () => {
    const kernel = readSafetensors(path).tensors.get("backbone.body.conv1.weight")!;
    const ours = detector.weights.get("backbone.body.conv1.weight") as tf.Tensor4D;
    assert.deepEqual(kernel.shape, [4, 3, 7, 7]);
    const [o, i, y, x] = [3, 1, 2, 5];
    assert.equal(kernel.data[((o * 3 + i) * 7 + y) * 7 + x], (ours.arraySync())[y][x][i][o]);
  });

  it("writes the same bytes again, and their SHA-256 into the card", () => {
    const first = readFileSync(path);
    const sha256 = saveCheckpoint(path, detector, { seed: 1, steps: 20, seconds: 1.5, losses: { box: 0.5 }, map: 0.25, data: "scenes" });
    assert.deepEqual(readFileSync(path), first);
    assert.equal(sha256, createHash("sha256").update(first).digest("hex"));
    assert.deepEqual(readCard(path), { seed: 1, steps: 20, seconds: 1.5, losses: { box: 0.5 }, map: 0.25, data: "scenes", sha256 });
    loadDetector(path).dispose();
  });

  it("removes the card of what it replaces", () => {
    saveCheckpoint(path, detector, { seed: 1 });
    saveCheckpoint(path, detector);
    assert.equal(existsSync(card), false);
    assert.equal(readCard(path), null);
  });

  it("refuses a file that is not the one its card describes", () => {
    const sha256 = saveCheckpoint(path, detector, {});
    const bytes = readFileSync(path);
    bytes[bytes.length - 2] ^= 1;
    writeFileSync(path, bytes);
    assert.throws(() => loadDetector(path), { message: `loadDetector: damaged ${path}: its SHA-256 differs; expected ${sha256} as in ${card}` });
    saveCheckpoint(path, detector);
  });

  it("refuses a damaged card", () => {
    writeFileSync(card, '{"sha256": "abc"}');
    assert.throws(() => loadDetector(path), { message: `readCard: invalid sha256 in ${card}: "abc"; expected 64 hexadecimal digits` });
    writeFileSync(card, `{"sha256": "${"0".repeat(64)}", "map": "high"}`);
    assert.throws(() => readCard(path), { message: `readCard: invalid map in ${card}: "high"; expected number` });
    saveCheckpoint(path, detector);
  });

  it("names a missing and a damaged file", () => {
    assert.throws(() => loadDetector(join(folder, "none.safetensors")), /^Error: openSafetensors: missing .*none\.safetensors: ENOENT/);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    assert.throws(() => loadDetector(path), /^Error: openSafetensors: damaged .*tiny\.safetensors: \d+ bytes of data; expected \d+$/);
  });

  const faults: [string, Parameters<typeof change>[0], string][] = [
    ["no config", () => null, "missing config in $; expected the metadata of a checkpoint written by saveCheckpoint"],
    ["a missing weight", (tensors) => tensors.delete("backbone.body.bn1.bias"), "missing weight in $: backbone.body.bn1.bias; expected shape [4]"],
    ["an unknown weight", (tensors) => tensors.set("x", { shape: [], data: Float32Array.of(1) }), "unknown weight in $: x; expected the 111 names of its config"],
    ["another shape", (tensors) => tensors.set("backbone.body.conv1.weight", { shape: [4, 3, 1, 1], data: new Float32Array(12) }),
      "invalid shape of backbone.body.conv1.weight in $: [4,3,1,1]; expected [4,3,7,7]"],
    ["numbers that are not finite", (tensors) => { tensors.get("backbone.body.bn1.bias")!.data[2] = NaN; }, "invalid backbone.body.bn1.bias in $: NaN at element 2; expected finite numbers"],
    ["a config that lacks a part", (_, config) => delete (config as Partial<RetinaNetConfig>).fpn, "invalid fpn in the config of $: missing; expected object"],
    ["an unknown key", () => JSON.stringify({ ...detector.config, extra: 1 }), 'invalid value in the config of $: *; expected Unrecognized key: "extra"'],
    ["no classes", (_, config) => { config.classes = 0; }, "invalid classes in the config of $: 0; expected number to be >=1"],
    ["stages that do not exist", (_, config) => { config.fpn.stages = [2, 3, 4, 5]; }, "invalid fpn.stages in the config of $: [2,3,4,5]; expected rising stages below 4"],
    ["groups that do not divide", (_, config) => { config.head.groups = 3; }, "invalid head.groups in the config of $: 3; expected a divisor of 8 channels"],
    ["anchors for other levels", (_, config) => { config.anchors.sizes = [[8]]; }, "invalid anchors.sizes in the config of $: [[8]]; expected 4 levels"],
    ["levels with other numbers of anchors", (_, config) => { config.anchors.sizes = [[8], [8], [8], [8, 9]]; },
      "invalid anchors.sizes in the config of $: [[8],[8],[8],[8,9]]; expected equally many sizes at each level"],
    ["a standard deviation of 0", (_, config) => { config.image = { mean: [0, 0, 0], std: [1, 0, 1] }; }, "invalid image.std[1] in the config of $: 0; expected number to be >0"],
  ];
  for (const [what, f, message] of faults) {
    it(`refuses ${what}`, async () => {
      change(f);
      const pattern = message.split("*").map((part) => part.replace("$", path).replace(/[.$[\]()/\\]/g, "\\$&")).join(".*");
      await assertNoLeaks(() => assert.throws(() => loadDetector(path), { message: new RegExp(`^loadDetector: ${pattern}$`) }));
    });
  }

  it("refuses a config that is not JSON", () => {
    change(() => "{");
    assert.throws(() => loadDetector(path), /^Error: loadDetector: damaged the config of .*tiny\.safetensors: .*; expected JSON$/);
  });

  it("does not write a detector that lacks a weight", () => {
    const weights = new Map(detector.weights);
    weights.delete("backbone.body.bn1.bias");
    assert.throws(() => saveCheckpoint(path, { config: detector.config, weights }), /^Error: detector: missing weight: backbone\.body\.bn1\.bias;/);
  });
});

describe("sha256OfFile", () => {
  const folder = suiteFolder();

  it("is that of the bytes, also beyond one piece", () => {
    const bytes = Uint8Array.from({ length: 2_500_000 }, (_, i) => i);
    writeFileSync(join(folder, "a"), bytes);
    assert.equal(sha256OfFile(join(folder, "a")), createHash("sha256").update(bytes).digest("hex"));
    writeFileSync(join(folder, "b"), "");
    assert.equal(sha256OfFile(join(folder, "b")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  it("names a missing file", () => {
    assert.throws(() => sha256OfFile(join(folder, "none")), /^Error: sha256OfFile: missing .*none: ENOENT.*; expected a readable file$/);
  });
});
