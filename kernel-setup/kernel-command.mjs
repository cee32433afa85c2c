/**
 * Makes the kernel known to a Jupyter other than that of `.zsq/venv`, or unknown again.
 *
 * Usage: node kernel-setup/kernel-command.mjs install | uninstall  --user | --sys-prefix | --prefix=DIR
 *
 * --user: the user's own kernels; --sys-prefix: the environment of the `python3` on the PATH; --prefix: below DIR/share/jupyter.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ask } from "./lib/command.mjs";
import { paths } from "./lib/paths.mjs";
import { writeWhole } from "./lib/files.mjs";
import { describeKernel } from "./steps/kernelspec.mjs";

const usage = "usage: npm run kernel -- install | uninstall  --user | --sys-prefix | --prefix=DIR";

/** Jupyter's data folder for one of the places; throws where there is none. */
function dataFolder(place) {
  if (place === "--user") return process.env.JUPYTER_DATA_DIR ?? path.join(process.env.XDG_DATA_HOME ?? path.join(os.homedir(), ".local", "share"), "jupyter");
  if (place.startsWith("--prefix=")) return path.join(path.resolve(place.slice("--prefix=".length)), "share", "jupyter");
  const prefix = ask("python3", ["-c", "import sys; print(sys.prefix)"]);
  if (!prefix) throw new Error("missing python3 on the PATH; expected the environment that --sys-prefix means");
  return path.join(prefix, "share", "jupyter");
}

function main([action, place = "", ...others]) {
  if (action === "--help") return console.log(usage);
  if (!["install", "uninstall"].includes(action) || !/^--(user|sys-prefix|prefix=.+)$/.test(place) || others.length > 0) {
    console.error(`kernel: invalid arguments\n  ${usage}`);
    process.exitCode = 2;
    return;
  }
  const folder = path.join(dataFolder(place), "kernels", "zsq");
  if (action === "uninstall") {
    const was = fs.existsSync(folder);
    fs.rmSync(folder, { recursive: true, force: true });
    return console.log(`${was ? "removed" : "nothing to remove:"} ${folder}`);
  }
  if (!fs.existsSync(paths.tslab)) throw new Error("tslab is not installed; try npm run setup");
  writeWhole(path.join(folder, "kernel.json"), `${JSON.stringify(describeKernel(), null, 2)}\n`);
  fs.copyFileSync(path.join(paths.kernelSetup, "kernel", "logo-svg.svg"), path.join(folder, "logo-svg.svg"));
  console.log(`installed ${folder}`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`kernel: ${error.message}`);
  process.exitCode = 1;
}
