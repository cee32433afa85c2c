import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { python, root, run, suiteFolder } from "./helpers";

const folder = suiteFolder();
const command = path.join(root, "kernel-setup", "kernel-command.mjs");

describe("kernel-setup: kernel command", () => {
  it("installs for the user so that Jupyter lists it, and removes it", async () => {
    const env = { ...process.env, JUPYTER_DATA_DIR: path.join(folder(), "user") };
    const spec = path.join(folder(), "user", "kernels", "zsq");
    assert.deepEqual(await run(process.execPath, [command, "install", "--user"], env), { code: 0, stdout: `installed ${spec}\n`, stderr: "" });
    const list = await run(python, ["-c", "from jupyter_client.kernelspec import KernelSpecManager as M; print(M(kernel_dirs=[__import__('sys').argv[1]]).get_kernel_spec('zsq').display_name)", path.dirname(spec)], env);
    assert.equal(list.stdout, "TypeScript (zsq)\n");
    const { argv } = JSON.parse(readFileSync(path.join(spec, "kernel.json"), "utf8")) as { argv: string[] };
    assert.ok(argv.slice(0, 2).every((part) => existsSync(part)));
    assert.ok(existsSync(path.join(spec, "logo-svg.svg")));
    assert.equal((await run(process.execPath, [command, "uninstall", "--user"], env)).stdout, `removed ${spec}\n`);
    assert.ok(!existsSync(spec));
  });

  it("installs below a prefix, and into the environment of the python on the path", async () => {
    const prefix = path.join(folder(), "prefix");
    assert.equal((await run(process.execPath, [command, "install", `--prefix=${prefix}`])).code, 0);
    assert.ok(existsSync(path.join(prefix, "share/jupyter/kernels/zsq/kernel.json")));
    assert.match((await run(process.execPath, [command, "install", "--sys-prefix"], { ...process.env, PATH: "/nonexistent" })).stderr, /^kernel: missing python3/);
  });

  it("refuses bad arguments with exit code 2", async () => {
    for (const args of [[], ["install"], ["install", "--system"], ["mend", "--user"], ["install", "--user", "more"]]) {
      const { code, stderr } = await run(process.execPath, [command, ...args]);
      assert.deepEqual([code, /usage: npm run kernel/.test(stderr)], [2, true]);
    }
  });
});
