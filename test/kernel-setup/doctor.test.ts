import assert from "node:assert/strict";
import path from "node:path";
import { bareCheckout, root, run, suiteFolder } from "./helpers";

interface Report {
  ok: boolean;
  flavour: string;
  checks: { name: string; ok: boolean; version: string; detail: string; remedy?: string }[];
}

const folder = suiteFolder();

describe("kernel-setup: doctor", () => {
  it("finds every component at work", async function () {
    this.timeout(180_000);
    const { code, stdout } = await run(process.execPath, [path.join(root, "kernel-setup", "doctor.mjs"), "--json"]);
    const report = JSON.parse(stdout) as Report;
    assert.deepEqual(report.checks.filter(({ ok }) => !ok), []);
    assert.equal(code, 0);
    const tensorflow = report.checks.find(({ name }) => name === "tensorflow");
    assert.match(tensorflow?.version ?? "", /^2\.21\./);
    assert.match(tensorflow?.detail ?? "", /[CG]PU, convolution right, one binding with danfojs/);
  });

  it("gives each failure a remedy and exits with 1", async () => {
    const copy = bareCheckout(folder());
    const { code, stdout } = await run(process.execPath, [path.join(copy, "doctor.mjs")], { PATH: "/nonexistent" });
    assert.equal(code, 1);
    const lines = stdout.split("\n");
    const failed = lines.flatMap((line, index) => (line.startsWith("FAILED") ? [index] : []));
    assert.ok(failed.length >= 8, stdout);
    for (const index of failed) assert.match(lines[index + 1], /^ +remedy: \S/);
  });
});
