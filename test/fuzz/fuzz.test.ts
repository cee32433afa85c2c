import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

describe("fuzz", () => {
  it("finds no fault in a part of what npm run fuzz tries", async function () {
    this.timeout(300_000);
    const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, "run.js"), "--seed", "2", "--good", "300", "--mutants", "100", "--data", "200"]);
    assert.match(stdout, /^pickles that name code: refused 2\d{3}\ngood files of torch: read 300\n/);
    for (const what of [".pth", "pickles", ".safetensors", "images", "annotations"]) assert.match(stdout, new RegExp(`^mutants of ${what}: (?:read \\d+, )?refused \\d+$`, "m"));
    assert.match(stdout, /^read again by Python: read 3\d\d\n0 faults; /m);
  });
});
