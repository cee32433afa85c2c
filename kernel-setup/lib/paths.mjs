import path from "node:path";
import { fileURLToPath } from "node:url";

/** Repository root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Everything that set-up makes outside node_modules lives here (git-ignored). */
export const work = path.join(root, ".zsq");

export const paths = {
  lock: path.join(work, "setup.lock"),
  stamp: path.join(work, "setup.json"),
  logs: path.join(work, "logs"),
  temporary: path.join(work, "tmp"),
  libraries: path.join(work, "libtensorflow"),
  bindings: path.join(work, "binding"),
  venv: path.join(work, "venv"),
  python: path.join(work, "venv", "bin", "python"),
  kernelspec: path.join(work, "venv", "share", "jupyter", "kernels", "zsq"),
  kernelSetup: path.join(root, "kernel-setup"),
  modules: path.join(root, "node_modules"),
  tfjs: path.join(root, "node_modules", "@tensorflow", "tfjs-node-gpu"),
  tslab: path.join(root, "node_modules", "tslab", "bin", "tslab"),
};
