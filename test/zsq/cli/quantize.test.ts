import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCalibration, saveCheckpoint, writeSafetensors } from "zsq";
import { itWithOnnxruntime } from "../../helpers/onnxruntime";
import { runCli } from "../../helpers/run-cli";
import { writeSyntheticDataset } from "../../helpers/synthetic-dataset";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { noiseImages, tinyDetector } from "../../helpers/tiny-detector";

interface Quantized { precision: string; tensors: number; images: number; calibrator: string; onnx: { bytes: number; float32Bytes: number } | null; files: string[] }

describe("zsq quantize and zsq export", () => {
  const folder = temporaryFolder(), inside = (name: string): string => join(folder.path, name);
  let checkpoint: string, images: string, data: string;
  beforeEach(async () => {
    const detector = tinyDetector(), noise = noiseImages(3, 32, 64);
    [checkpoint, images] = [inside("detector.safetensors"), inside("distilled.safetensors")];
    saveCheckpoint(checkpoint, detector, { seed: 1 });
    writeSafetensors(images, new Map([["images", { shape: noise.shape, data: noise.dataSync() as Float32Array }]]));
    data = await writeSyntheticDataset(inside("data"));
    detector.dispose();
    noise.dispose();
  });
  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await runCli(...args, "--json");
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  };

  it("write a table and a model; the table writes the same model again, and the model the table's scales", async () => {
    const made = await json<Quantized>("quantize", checkpoint, images, "--out", inside("q"));
    assert.deepEqual([made.precision, made.images, made.calibrator, made.files], ["W8A8", 3, "percentile 100", [inside("q.json"), inside("q.onnx")]]);
    assert.deepEqual([made.tensors, made.onnx!.bytes], [readCalibration(inside("q.json")).size, readFileSync(inside("q.onnx")).length]);
    const { file, precision } = await json<{ file: string; precision: string }>("export", checkpoint, inside("q.json"), "--size", "32,64", "--out", inside("again"));
    assert.deepEqual([file, precision], [inside("again.onnx"), "W8A8"]);
    assert.deepEqual(readFileSync(file), readFileSync(inside("q.onnx")));
    await json("export", inside("q.onnx"), "--out", inside("scales"));
    await json("export", checkpoint, inside("scales.json"), "--size", "32,64", "--out", inside("third"));
    assert.deepEqual(readFileSync(inside("third.onnx")), readFileSync(inside("q.onnx")));
    const float = await json<{ precision: string; bytes: number; float32Bytes: number }>("export", checkpoint, "--size", "32,64", "--out", inside("float"));
    assert.ok(float.precision === "W32A32" && float.bytes > float.float32Bytes && float.bytes > made.onnx!.bytes);
  });

  itWithOnnxruntime("give what zsq evaluate measures, simulated and with integers", async () => {
    await json("quantize", checkpoint, data, "--limit", "4", "--kernels", "uint8", "--out", inside("data-q"));
    const simulated = await json<{ map: number; precision: string }>("evaluate", checkpoint, data, "--preset", "onnxruntime", "--precision", "W8A8", "--calibration", inside("data-q.json"));
    const executed = await json<{ map: number; precision: string }>("evaluate", checkpoint, data, "--onnx", inside("data-q.onnx"));
    assert.deepEqual([simulated.precision, executed.precision], ["W8A8", "ONNX"]);
    assert.ok(Math.abs(simulated.map - executed.map) < 0.05, `${simulated.map} and ${executed.map}`);
  });

  it("write the table alone where integer kernels cannot compute the scheme, and say so", async () => {
    const made = await json<Quantized>("quantize", checkpoint, data, "--preset", "paper", "--precision", "W8A4", "--calibrator", "mse", "--limit", "2", "--exclude", "backbone.body.conv1", "--out", inside("p"));
    assert.deepEqual([made.precision, made.onnx, made.calibrator, made.files, existsSync(inside("p.onnx"))], ["W8A4", null, "mse 4", [inside("p.json")], false]);
    assert.match((await runCli("quantize", checkpoint, images, "--preset", "paper", "--precision", "W8A4", "--out", inside("p"))).stdout, /\nno ONNX file: integer kernels need [^\n]*; try --preset onnxruntime\n$/);
  });

  it("refuse wrong usage with exit code 2, what does not fit with 1, each in a line, and write nothing", async () => {
    mkdirSync(inside("none"));
    const out = ["--out", inside("none/x")], broken = inside("broken.json"), empty = inside("empty.safetensors"), black = inside("black.safetensors"), few = inside("few.json");
    assert.equal((await runCli("quantize", checkpoint, images, "--preset", "paper", "--out", inside("few"))).code, 0);
    writeFileSync(broken, "{");
    writeSafetensors(empty, new Map([["other", { shape: [1], data: Float32Array.of(1) }]]));
    writeSafetensors(black, new Map([["images", { shape: [1, 32, 64, 3], data: new Float32Array(32 * 64 * 3) }]]));
    const misused: [string[], RegExp][] = [
      [["quantize", checkpoint, images, "--precision", "8"], /^zsq: invalid --precision: 8; expected W<bits>A<bits> such as W8A8/],
      [["quantize", checkpoint, images, "--precision", "W1A8"], /^zsq: invalid bits: 1; expected an integer from 2 to 16/],
      [["quantize", checkpoint, images, "--calibrator", "magic"], /^zsq: invalid --calibrator: magic; expected one of min-max, percentile, /],
      [["quantize", checkpoint, images, "--calibrator", "percentile:x"], /^zsq: invalid --calibrator: percentile:x; /],
      [["quantize", checkpoint, images, "--calibrator", "percentile:0.9"], /^zsq: invalid percentile: 0\.9; expected more than 50, at most 100/],
      [["quantize", checkpoint, images, "--limit", "0"], /^zsq: invalid --limit: 0; expected an integer >= 1/],
      [["quantize", checkpoint, images, "--size", "31,64"], /^zsq: invalid --size: 31,64; expected HEIGHT,WIDTH in pixels/],
      [["quantize", checkpoint, data, "--limit", "5"], /^independentImages: invalid count: 5; expected at most 4/],
      [["quantize", checkpoint, black], /^quantizeDetector: invalid range of backbone\.body\.conv1: \[0, 0\], which makes it all zeros; /],
      [["quantize", checkpoint], /^zsq: not enough non-option arguments/],
      [["export", checkpoint], /^zsq: missing --size: expected HEIGHT,WIDTH in pixels/],
      [["evaluate", checkpoint, data, "--onnx", "x.onnx", "--precision", "W8A8"], /^zsq: unsupported --onnx with --calibration or --precision/],
    ];
    const failing: [string[], RegExp][] = [
      [["quantize", inside("nowhere.safetensors"), images], /^[^\n]*nowhere\.safetensors/],
      [["quantize", checkpoint, inside("nowhere.json")], /^readCocoJson: missing .*nowhere\.json/],
      [["quantize", checkpoint, empty], /^calibrate: missing images in .*empty\.safetensors; expected a tensor "images"/],
      [["quantize", checkpoint, images, "--exclude", "conv9"], /^quantizeDetector: unknown layer in exclude: conv9; expected convolutions such as backbone\.body\.conv1/],
      [["export", checkpoint, broken, "--size", "32,64"], /^readCalibration: damaged .*broken\.json/],
      [["export", checkpoint, few, "--size", "32,64"], /^quantizeDetector: missing calibration of layer: backbone\.body\.conv1:output; /],
      [["export", checkpoint, few, "--size", "32,64", "--preset", "paper", "--precision", "W9A8"], /^exportOnnx: unsupported bits of /],
      [["export", inside("nowhere.onnx")], /^export: missing file: .*nowhere\.onnx/],
    ];
    for (const [code, cases] of [[2, misused], [1, failing]] as const) {
      for (const [args, message] of cases) {
        const result = await runCli(...args, ...(args[0] === "evaluate" ? [] : out));
        assert.equal(result.code, code, `${args.join(" ")}: ${result.stderr}`);
        assert.match(result.stderr, new RegExp(`${message.source}[^\\n]*\\n$`, "m"));
        assert.equal(result.stdout, "");
      }
    }
    assert.deepEqual(readdirSync(inside("none")), []);
  });
});
