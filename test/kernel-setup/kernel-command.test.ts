import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { python, root, run, suiteFolder } from "./helpers";

const folder = suiteFolder();
const command = path.join(root, "kernel-setup", "kernel-command.mjs");

/** Starts the kernel that a Jupyter calls zsq, runs a cell in it, and tells where its description lies. */
const startKernel = `
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="zsq", startup_timeout=60)
values = []
client.execute_interactive("const n: number = 6;\\nn * 7", output_hook=lambda message: values.append(message["content"].get("data", {}).get("text/plain")))
client.stop_channels()
manager.shutdown_kernel(now=True)
print(KernelSpecManager().get_kernel_spec("zsq").resource_dir, [value for value in values if value])
`;

describe("kernel-setup: kernel command", function () {
  this.timeout(120_000);
  let own: string, packages: string, env: NodeJS.ProcessEnv;

  before(async () => {
    // Another Jupyter: an environment and a home of its own, with the libraries of ours.
    own = path.join(folder(), "venv");
    assert.equal((await run(python, ["-m", "venv", "--without-pip", own])).code, 0);
    packages = (await run(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])).stdout.trim();
    mkdirSync(path.join(folder(), "home"));
    const { JUPYTER_DATA_DIR: _, JUPYTER_PATH: __, XDG_DATA_HOME: ___, ...others } = process.env;
    env = { ...others, HOME: path.join(folder(), "home"), PATH: `${path.join(own, "bin")}:${process.env.PATH}`, PYTHONPATH: packages };
  });

  const jupyter = async (): Promise<string> => (await run("python3", ["-m", "jupyter_client.kernelspecapp", "list"], env)).stdout;
  const places: Record<string, () => string> = { "--user": () => path.join(folder(), "home", ".local/share/jupyter/kernels/zsq"), "--sys-prefix": () => path.join(own, "share/jupyter/kernels/zsq") };

  for (const [place, spec] of Object.entries(places)) {
    it(`installs with ${place} so that jupyter lists and starts the kernel, and removes it`, async () => {
      assert.doesNotMatch(await jupyter(), /^ *zsq /m);
      assert.deepEqual(await run(process.execPath, [command, "install", place], env), { code: 0, stdout: `installed ${spec()}\n`, stderr: "" });
      assert.match(await jupyter(), new RegExp(`^ *zsq +${spec()}$`, "m"));
      const started = await run("python3", ["-c", startKernel], env);
      assert.equal(started.stdout, `${spec()} ['42']\n`, started.stderr);
      assert.ok(existsSync(path.join(spec(), "logo-svg.svg")));
      assert.deepEqual(await run(process.execPath, [command, "uninstall", place], env), { code: 0, stdout: `removed ${spec()}\n`, stderr: "" });
      assert.ok(!existsSync(spec()));
      assert.doesNotMatch(await jupyter(), /^ *zsq /m);
      assert.equal((await run(process.execPath, [command, "uninstall", place], env)).stdout, `nothing to remove: ${spec()}\n`);
    });
  }

  it("installs below a prefix, with absolute paths", async () => {
    const prefix = path.join(folder(), "prefix"), spec = path.join(prefix, "share/jupyter/kernels/zsq/kernel.json");
    assert.equal((await run(process.execPath, [command, "install", `--prefix=${prefix}`])).code, 0);
    const { argv } = JSON.parse(readFileSync(spec, "utf8")) as { argv: string[] };
    assert.ok(argv.slice(0, 2).every((part) => path.isAbsolute(part) && existsSync(part)));
  });

  it("obeys JUPYTER_DATA_DIR, and says what is missing for --sys-prefix", async () => {
    const data = path.join(folder(), "data");
    assert.equal((await run(process.execPath, [command, "install", "--user"], { ...env, JUPYTER_DATA_DIR: data })).stdout, `installed ${data}/kernels/zsq\n`);
    assert.match((await run(process.execPath, [command, "install", "--sys-prefix"], { ...env, PATH: "/nonexistent" })).stderr, /^kernel: missing python3/);
  });

  it("refuses bad arguments with exit code 2", async () => {
    for (const args of [[], ["install"], ["install", "--system"], ["mend", "--user"], ["install", "--user", "more"]]) {
      const { code, stderr } = await run(process.execPath, [command, ...args]);
      assert.deepEqual([code, /usage: npm run kernel/.test(stderr)], [2, true]);
    }
  });
});
