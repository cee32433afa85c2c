import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bareCheckout, load, root, run, suiteFolder } from "./helpers";

interface Report {
  ok: boolean;
  flavour: string;
  checks: { name: string; ok: boolean; version: string; detail: string; remedy?: string }[];
}

const folder = suiteFolder();

describe("kernel-setup: doctor", () => {
  it("finds every component at work", async function () {
    this.timeout(180_000);
    const driver = path.join(folder(), "nvidia-smi");
    writeFileSync(driver, '#!/bin/sh\necho "NVIDIA Test 1, 8192"\n');
    chmodSync(driver, 0o755);
    const { code, stdout } = await run(process.execPath, [path.join(root, "kernel-setup", "doctor.mjs"), "--json"], { ...process.env, PATH: `${path.dirname(driver)}:${process.env.PATH}` });
    const report = JSON.parse(stdout) as Report;
    assert.deepEqual(report.checks.filter(({ ok }) => !ok), []);
    assert.equal(code, 0);
    const tensorflow = report.checks.find(({ name }) => name === "tensorflow");
    assert.match(tensorflow?.version ?? "", /^2\.21\./);
    assert.match(tensorflow?.detail ?? "", /[CG]PU, convolution right, one binding with danfojs/);
    const device = report.checks.find(({ name }) => name === "device");
    if (report.flavour === "cpu") assert.match(`${device?.version}, ${device?.detail}`, /^CPU, [\d.]+ GiB of memory free, the paper's detector takes 1 image of 640 x 512 at a time; NVIDIA Test 1 \(8\.0 GiB\) is not used: npm run setup -- --cuda$/);
  });

  it("tells the GPU that is used with its memory, and the images that it takes", async () => {
    const { describeDevice } = await load<{ describeDevice(device: object): object }>("checks/device.mjs"), gpu = { name: "NVIDIA H100", bytes: 80 * 2 ** 30 };
    assert.deepEqual(describeDevice({ gpu, installed: gpu, freeBytes: 2 ** 30, images: 15 }), { version: "NVIDIA H100", detail: "80.0 GiB, the paper's detector takes 15 images of 640 x 512 at a time" });
    assert.deepEqual(describeDevice({ gpu: null, installed: null, freeBytes: 2 ** 31, images: 1 }), { version: "CPU", detail: "2.0 GiB of memory free, the paper's detector takes 1 image of 640 x 512 at a time" });
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
