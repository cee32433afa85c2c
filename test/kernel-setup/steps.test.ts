import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { load, python, root, run, suiteFolder } from "./helpers";

interface Packages {
  differences(lock: object | null, installed: object | null): string[];
}
interface Libraries {
  wheelFor(flavour: string, platform: string, arch: string): { list: string };
  isComplete(folder: string): boolean;
}
interface Command {
  lastTellingLine(output: string): string;
}

const folder = suiteFolder();

describe("kernel-setup: steps", () => {
  it("finds packages that are missing or of another version", async () => {
    const { differences } = await load<Packages>("steps/packages.mjs");
    const tslab = { version: "1.0.22", integrity: "sha512-a" };
    const lock = { packages: { "": {}, "node_modules/tslab": tslab, "node_modules/none": { version: "1.0.0" }, "node_modules/mac-only": { version: "1.0.0", optional: true } } };
    assert.deepEqual(differences(lock, { packages: { "node_modules/tslab": tslab } }), ["none"]);
    assert.deepEqual(differences(lock, { packages: { "node_modules/tslab": { ...tslab, version: "1.0.21" } } }), ["tslab", "none"]);
    assert.deepEqual(differences(lock, null), ["tslab", "none"]);
    assert.deepEqual(differences({ packages: { "sdk/zsq": {}, "sdk/zsq/node_modules/yargs": tslab } }, null), ["sdk/zsq/node_modules/yargs"]);
    assert.deepEqual(differences(null, null), ["package-lock.json"]);
  });

  it("knows the wheels that carry libtensorflow, and says where there is none", async () => {
    const { wheelFor } = await load<Libraries>("steps/libtensorflow.mjs");
    assert.equal(wheelFor("cpu", "linux", "x64").list, "libtensorflow-cpu.txt");
    assert.equal(wheelFor("cuda", "linux", "x64").list, "libtensorflow-cuda.txt");
    assert.throws(() => wheelFor("cuda", "linux", "arm64"), /unsupported platform for cuda: linux arm64; expected linux x64/);
    assert.throws(() => wheelFor("cpu", "win32", "x64"), /unsupported platform for cpu: win32 x64; expected linux x64 or arm64/);
  });

  it("pins every wheel by its hash", () => {
    for (const flavour of ["cpu", "arm64", "cuda"]) {
      const lines = readFileSync(path.join(root, "kernel-setup", `libtensorflow-${flavour}.txt`), "utf8").trim().split("\n");
      for (const line of lines.filter((text) => !text.startsWith("#"))) assert.match(line, /^[a-z0-9-]+==[\d.]+ --hash=sha256:[0-9a-f]{64}$/);
    }
  });

  it("unpacks libraries and C headers in the wheel's layout, deletes the wheels, notices a truncated file", async () => {
    const wheels = path.join(folder(), "wheels");
    const target = path.join(folder(), "unpacked");
    mkdirSync(wheels);
    const make = [
      "import sys, zipfile",
      "with zipfile.ZipFile(sys.argv[1] + '/tensorflow-2.21.0-x.whl', 'w') as z:",
      "    for name in ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/include/tensorflow/c/c_api.h', 'tensorflow/python/x.py', 'tensorflow/include/other.h']: z.writestr(name, name)",
      "with zipfile.ZipFile(sys.argv[1] + '/nvidia_cublas-1-x.whl', 'w') as z: z.writestr('nvidia/cublas/lib/libcublas.so.12', 'abc')",
    ].join("\n");
    assert.equal((await run(python, ["-c", make, wheels])).code, 0);
    const unpacked = await run(python, [path.join(root, "kernel-setup", "unpack_libraries.py"), wheels, target]);
    assert.equal(unpacked.code, 0, unpacked.stderr);
    const { files } = JSON.parse(readFileSync(path.join(target, "manifest.json"), "utf8")) as { files: Record<string, number> };
    assert.deepEqual(Object.keys(files).sort(), ["nvidia/cublas/lib/libcublas.so.12", "tensorflow/include/tensorflow/c/c_api.h", "tensorflow/libtensorflow_cc.so.2"]);
    assert.ok(!existsSync(path.join(wheels, "nvidia_cublas-1-x.whl")));
    const { isComplete } = await load<Libraries>("steps/libtensorflow.mjs");
    assert.ok(isComplete(target));
    writeFileSync(path.join(target, "nvidia/cublas/lib/libcublas.so.12"), "a");
    assert.ok(!isComplete(target));
    assert.ok(!isComplete(path.join(target, "absent")));
  });

  it("refuses a download without libtensorflow", async () => {
    const empty = path.join(folder(), "empty");
    mkdirSync(empty);
    const { code, stderr } = await run(python, [path.join(root, "kernel-setup", "unpack_libraries.py"), empty, path.join(folder(), "nothing")]);
    assert.equal(code, 1);
    assert.equal(stderr.trim(), "error: no libtensorflow_cc in an empty download");
  });

  it("picks the line of a tool's output that says why it failed", async () => {
    const { lastTellingLine } = await load<Command>("lib/command.mjs");
    assert.equal(lastTellingLine("npm error code ENOTFOUND\nnpm error network failed\nnpm error A complete log of this run can be found in: x\n"), "npm error network failed");
    assert.equal(lastTellingLine("collecting\ndone\n"), "done");
    assert.equal(lastTellingLine(""), "");
  });
});
