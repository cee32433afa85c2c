import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, saveCheckpoint } from "zsq";
import { repositoryRoot } from "zsq/dist/study/repository";
import { runCli } from "../../helpers/run-cli";
import { writeSyntheticDataset } from "../../helpers/synthetic-dataset";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { tinyDetector } from "../../helpers/tiny-detector";

const COMMANDS = ["train", "distill", "calibrate", "quantize", "export", "evaluate", "ways", "what-if", "weights", "data", "notebooks", "reproduce", "doctor"];

function writeCheckpoint(path: string): void {
  const detector = tinyDetector();
  saveCheckpoint(path, detector, { seed: 3 });
  detector.dispose();
}

describe("zsq", () => {
  const folder = temporaryFolder();
  const inside = (name: string): string => join(folder.path, name);

  it("lists its commands, and describes each", async () => {
    const { code, stdout } = await runCli("--help");
    assert.equal(code, 0);
    for (const command of COMMANDS) {
      assert.match(stdout, new RegExp(`zsq ${command}`));
      const help = await runCli(command, "--help");
      assert.equal(help.code, 0, command);
      assert.match(help.stdout, new RegExp(`zsq ${command}`));
    }
  });

  const misused: [string[], RegExp][] = [
    [[], /zsq: missing command/],
    [["quantise"], /zsq: unknown argument: quantise/],
    [["train", "--frob"], /zsq: unknown argument: frob/],
    [["reproduce", "--scale", "huge"], /zsq: invalid values: Argument: scale, Given: "huge", Choices: "smoke", "default", "full"/],
    [["reproduce", "--only", "table9"], /zsq: unknown --only: table9; expected one of figure1/],
    [["reproduce", "--seed", "x"], /zsq: invalid --seed: not a number/],
    [["what-if", "--precision", "W3"], /zsq: invalid --precision: W3; expected W<bits>A<bits> such as W8A4/],
    [["what-if", "--precision", "W9A8", "--scale", "smoke"], /whatIf: invalid weightBits: 9; expected an integer from 2 to 8, or 32/],
    [["weights", "frob", "a"], /zsq: invalid values: Argument: action, Given: "frob"/],
    [["evaluate", "a"], /zsq: not enough non-option arguments: got 1, need at least 2/],
  ];
  for (const [args, message] of misused) {
    it(`refuses "zsq ${args.join(" ")}" with exit code 2 and one line`, async () => {
      const { code, stdout, stderr } = await runCli(...args);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.match(stderr, /^[^\n]*\n$/);
    });
  }

  it("says in one line, with exit code 1, which file is missing or damaged", async () => {
    writeFileSync(inside("damaged.safetensors"), "no tensors here");
    writeCheckpoint(inside("whole.safetensors"));
    writeFileSync(inside("cut.json"), '{"images": [');
    const failing: [string[], RegExp][] = [
      [["weights", "verify", inside("none")], /^weights: missing file: .*none; expected a checkpoint\n$/],
      [["weights", "inspect", inside("damaged.safetensors")], /^(read|open)Safetensors: damaged .*damaged\.safetensors: [^\n]*\n$/],
      [["distill", inside("damaged.safetensors")], /^(read|open)Safetensors: damaged [^\n]*\n$/],
      [["evaluate", inside("whole.safetensors"), inside("none.json")], /^readCocoJson: missing .*none\.json[^\n]*\n$/],
      [["evaluate", inside("whole.safetensors"), inside("cut.json")], /^readCocoJson: damaged .*cut\.json[^\n]*\n$/],
    ];
    for (const [args, message] of failing) {
      const { code, stderr } = await runCli(...args);
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr, message);
    }
  });

  it("verifies and inspects a checkpoint, and notices one changed byte", async () => {
    const path = inside("whole.safetensors");
    writeCheckpoint(path);
    const { code, stdout } = await runCli("weights", "verify", path, "--json");
    assert.equal(code, 0);
    const facts = JSON.parse(stdout) as { batchNorms: number; card: boolean; parameters: number };
    assert.equal(facts.card, true);
    assert.ok(facts.parameters > 0 && facts.batchNorms > 0);
    const inspected = JSON.parse((await runCli("weights", "inspect", path, "--json")).stdout) as { tensors: { name: string; shape: number[] }[] };
    assert.ok(inspected.tensors.some(({ name, shape }) => name.endsWith("conv1.weight") && shape.length === 4));
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path, bytes);
    const changed = await runCli("weights", "verify", path);
    assert.equal(changed.code, 1);
    assert.match(changed.stderr, /^loadDetector: damaged .*whole\.safetensors: its SHA-256 differs[^\n]*\n$/);
  });

  it("distils images, calibrates with them and measures mAP", async function () {
    this.timeout(120_000);
    const checkpoint = inside("whole.safetensors");
    writeCheckpoint(checkpoint);
    const data = await writeSyntheticDataset(folder.path);
    const distilled = await runCli("distill", checkpoint, "--images", "2", "--iterations", "2", "--height", "32", "--width", "64", "--snapshots", "1", "--png", "16", "--jobs", "1", "--out", inside("distilled"));
    assert.equal(distilled.code, 0, distilled.stderr);
    assert.match(distilled.stdout, /^loss [\d.]+ -> [\d.]+; .*distilled\.safetensors, .*distilled\.png, .*distilled\nstatistics: 17 of 29 convolutions; none: feature pyramid \(8\), heads \(4\)\n$/);
    assert.deepEqual(readdirSync(inside("distilled")), ["0000.png", "0001.png"]);
    assert.deepEqual([...readSafetensors(inside("distilled.safetensors")).tensors.keys()].sort(), ["after 1", "images"]);
    const summary = JSON.parse((await runCli("distill", checkpoint, "--images", "2", "--iterations", "2", "--height", "32", "--width", "64", "--json", "--until", "loss", "--out", inside("again"))).stdout) as { history: number[]; taken: number[] };
    assert.deepEqual([summary.history.length, summary.taken], [3, [2, 2]]);
    const full = JSON.parse((await runCli("evaluate", checkpoint, data, "--json")).stdout) as { map: number };
    assert.ok(full.map >= 0 && full.map <= 1);
    const quantized = await runCli("evaluate", checkpoint, data, "--precision", "W8A8", "--calibration", inside("distilled.safetensors"), "--input-range", "image");
    assert.match(quantized.stdout, /^mAP 0\.\d{4}, AP50 0\.\d{4} \(W8A8\)\n/);
    const missing = await runCli("evaluate", checkpoint, data, "--precision", "W8A8");
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /^zsq: missing --calibration for W8A8: expected images to calibrate with/);
  });

  it("starts as a program with the exit code of what it did", () => {
    const program = join(repositoryRoot(), "sdk/zsq/bin/zsq.js");
    const { status, stderr } = spawnSync(process.execPath, [program, "frob"], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.equal(stderr, "zsq: unknown argument: frob; try zsq --help\n");
  });
});
