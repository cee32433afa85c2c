import assert from "node:assert/strict";
import { join } from "node:path";
import { saveCheckpoint, writeSafetensors, type QuantizationWay } from "zsq";
import { runCli } from "../../helpers/run-cli";
import { writeSyntheticDataset } from "../../helpers/synthetic-dataset";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { noiseImages, tinyDetector } from "../../helpers/tiny-detector";

describe("zsq ways", () => {
  const folder = temporaryFolder(), inside = (name: string): string => join(folder.path, name);

  it("prints a row for each way, and refuses wrong usage", async () => {
    const detector = tinyDetector(), noise = noiseImages(3, 32, 64), data = await writeSyntheticDataset(inside("data"));
    saveCheckpoint(inside("detector.safetensors"), detector, { seed: 1 });
    writeSafetensors(inside("distilled.safetensors"), new Map([["images", { shape: noise.shape, data: noise.dataSync() as Float32Array }]]));
    detector.dispose();
    noise.dispose();
    const given = ["ways", inside("detector.safetensors"), data, data, "--images", "2"];
    const { stdout, stderr } = await runCli(...given, "--steps", "1", "--precisions", "W8A8", "--distilled", inside("distilled.safetensors"), "--json"), rows = JSON.parse(stdout || stderr) as QuantizationWay[];
    assert.equal(rows.length, 2 + 9);
    assert.ok(rows.every(({ value, loss }) => value >= 0 && value <= 1 && loss === rows[0].value - value));
    assert.match((await runCli(...given, "--steps", "1", "--precisions", "W8A8")).stdout, /^mAP on 4 images, in percent; 2 real images, 1 steps of training\n/);
    for (const [more, code, message] of [[["--steps", "0"], 2, /^zsq: invalid --steps: 0; expected an integer >= 1/], [["--precisions", "W8"], 1, /^scheme: invalid precision: W8; /], [["--distilled", data], 1, /set\.json/]] as const) {
      const result = await runCli(...given, ...more);
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, message);
    }
  });
});
