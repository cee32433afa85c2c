import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { suiteFolder } from "../../helpers/suite-folder";
import { smallState, torchEntries, zip } from "../../helpers/torch-archive";
import { stateDictFile } from "../../helpers/torchvision-file";

const TENSORS_MIB = 36_394_120 * 4 / 2 ** 20, CLI = createRequire(__filename).resolve("zsq/bin/zsq.js");

describe("memory that checkpoints of full size take", function () {
  this.timeout(300_000);
  const folder = suiteFolder(), inside = (name: string): string => join(folder, name);
  before(() => {
    writeFileSync(inside("whole.pth"), stateDictFile());
    writeFileSync(inside("small.pth"), zip(torchEntries(smallState)));
    writeFileSync(inside("peak.cjs"), `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(inside("peak"))}, String(process.resourceUsage().maxRSS / 1024)))`);
  });

  // MiB at the peak of a process, beyond those of one that looks at a file of 24 bytes
  const peak = async (...args: string[]): Promise<number> => {
    await promisify(execFile)(process.execPath, ["--no-deprecation", "-r", inside("peak.cjs"), CLI, "weights", ...args]);
    return Number(readFileSync(inside("peak"), "utf8"));
  };

  it("does not grow with the file where it is looked at or converted, and is that of the tensors where they are kept", async () => {
    const base = await peak("inspect", inside("small.pth")), most = 1.1 * TENSORS_MIB + 32;
    for (const args of [["inspect", inside("whole.pth")], ["convert", inside("whole.pth"), inside("whole.safetensors")], ["inspect", inside("whole.safetensors")]]) {
      const grown = (await peak(...args)) - base;
      assert.ok(grown < TENSORS_MIB / 1.5, `${args.join(" ")}: ${grown.toFixed(0)} MiB`);
    }
    for (const file of ["whole.pth", "whole.safetensors"]) {
      const grown = Math.min(await peak("verify", inside(file)), await peak("verify", inside(file))) - base; // the collector of garbage has moods
      assert.ok(grown <= most, `verify ${file}: ${grown.toFixed(0)} MiB; expected at most ${most.toFixed(0)}`);
    }
  });
});
