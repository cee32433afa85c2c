/**
 * Opens JupyterLab on the notebooks with our kernel: this machine only, token on.
 *
 * Usage: npm run notebooks [-- any option of jupyter lab, for example --no-browser or --port=9000]
 */
import path from "node:path";
import { runAttached } from "./commands/attached.mjs";
import { buildSdk } from "./commands/build.mjs";
import { paths, root } from "./lib/paths.mjs";

const options = [
  "--ServerApp.ip=127.0.0.1",
  `--ServerApp.root_dir=${path.join(root, "notebooks")}`,
  "--KernelSpecManager.ensure_native_kernel=False",
  "--KernelSpecManager.allowed_kernelspecs=zsq",
  "--MappingKernelManager.default_kernel_name=zsq",
];
if (process.getuid?.() === 0) options.push("--allow-root");

process.exitCode = (await buildSdk()) || (await runAttached(paths.python, ["-m", "jupyterlab", ...options, ...process.argv.slice(2)]));
