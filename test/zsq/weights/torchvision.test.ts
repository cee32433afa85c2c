import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convertTorchvision, FormatError, loadDetector, loadTorchvision, openSafetensors, openTorch, readCard, sha256OfFile } from "zsq";
import { readFixture } from "../../helpers/fixture";
import { runCli } from "../../helpers/run-cli";
import { suiteFolder } from "../../helpers/suite-folder";
import { smallState, torchEntries, zip } from "../../helpers/torch-archive";
import { stateDictFile } from "../../helpers/torchvision-file";

describe("torchvision checkpoint", function () {
  this.timeout(120_000);
  const folder = suiteFolder(), whole = join(folder, "whole.pth"), small = join(folder, "small.pth"), converted = join(folder, "whole.safetensors");
  before(() => {
    writeFileSync(whole, stateDictFile());
    writeFileSync(small, zip(torchEntries(smallState)));
  });

  it("becomes a checkpoint of ours with the same bytes, and a card", async () => {
    const { code, stdout } = await runCli("weights", "convert", whole, converted, "--json");
    assert.equal(code, 0);
    const sha256 = sha256OfFile(converted);
    assert.deepEqual(JSON.parse(stdout), { file: converted, sha256 });
    assert.deepEqual(readCard(converted), { source: "torchvision retinanet_resnet50_fpn_v2", sourceSha256: sha256OfFile(whole), sha256 });
    const from = openTorch(whole), to = openSafetensors(converted);
    assert.equal(to.tensors.size, from.tensors.size - 53);
    for (const name of to.tensors.keys()) assert.ok(Buffer.from(to.read(name).bytes).equals(from.read(name).bytes), name);
    from.close();
    to.close();
    const [ours, theirs] = [loadDetector(converted), loadTorchvision(whole)];
    assert.deepEqual(ours.config, theirs.config);
    for (const [name, weight] of ours.weights) assert.ok(Buffer.from(weight.dataSync().buffer).equals(Buffer.from(theirs.weights.get(name)!.dataSync().buffer)), name);
    ours.dispose();
    theirs.dispose();
  });

  it("is verified and inspected from the command line", async () => {
    const verified = await runCli("weights", "verify", whole);
    assert.deepEqual([verified.code, /4 classes, 36394120 parameters, 53 batch-norm layers, 138.8 MiB/.test(verified.stdout)], [0, true]);
    const { stdout } = await runCli("weights", "inspect", small, "--json");
    const { integrity, difference, tensors } = JSON.parse(stdout) as { integrity: string; difference: Record<string, unknown[]>; tensors: unknown };
    assert.deepEqual([integrity, difference.missing.length, difference.unexpected, difference.different, tensors], ["checked", 362, ["a"], [], [{ name: "a", dtype: "F32", shape: [2, 3] }]]);
  });

  it("is refused with names counted, and without a file left behind", async () => {
    assert.throws(() => loadTorchvision(small), (e) => e instanceof FormatError && e.code === "names"
      && e.message === `loadTorchvision: unsupported ${small}: 362 missing: backbone.body.conv1.weight, …; 1 unexpected: a; expected the 362 tensors of retinanet_resnet50_fpn_v2`);
    const to = join(folder, "none.safetensors");
    const { code, stderr } = await runCli("weights", "convert", small, to);
    assert.deepEqual([code, existsSync(to), /^loadTorchvision: unsupported/.test(stderr)], [1, false, true]);
  });

  it("is refused with a number that is not finite", () => {
    const path = join(folder, "nan.pth");
    writeFileSync(path, stateDictFile((k, values) => { if (k === 3) values[5] = NaN; }));
    assert.throws(() => loadTorchvision(path), { message: `loadTorchvision: invalid backbone.body.layer1.0.conv1.weight in ${path}: NaN at element 5; expected finite numbers` });
    assert.throws(() => convertTorchvision(path, join(folder, "none.safetensors")), /invalid backbone\.body\.layer1\.0\.conv1\.weight .* NaN at element 5/);
    assert.ok(!existsSync(join(folder, "none.safetensors")));
  });

  it("is looked for under a key on request", async () => {
    const { file } = readFixture<{ cases: { name: string; file: string }[] }>("zsq", "torch", "good.json").cases.find(({ name }) => name === "torchvision's reference checkpoint")!;
    const path = join(folder, "reference.pth");
    writeFileSync(path, Buffer.from(file, "base64"));
    assert.match((await runCli("weights", "inspect", path)).stderr, /global "argparse Namespace"/);
    assert.match((await runCli("weights", "inspect", path, "--select", "model")).stdout, /^weight F32 \[2,3\]\nbias F32 \[2\]\n/);
  });

  it("tells wrong use", async () => {
    assert.equal((await runCli("weights", "verify", whole, converted)).code, 2);
    const { code, stderr } = await runCli("weights", "convert", converted);
    assert.deepEqual([code, stderr], [1, `weights: unsupported file to convert: ${converted}; expected a .pth of torchvision\n`]);
    assert.match((await runCli("weights", "verify", whole, "--fixture", small)).stderr, /^readParityFixture: damaged /);
    assert.ok(readFileSync(converted).length > 1e8);
  });
});
