import fs from "node:fs";
import path from "node:path";
import { writeWhole } from "../lib/files.mjs";
import { paths } from "../lib/paths.mjs";

const labSettings = path.join(paths.venv, "share", "jupyter", "lab", "settings", "overrides.json");

// JupyterLab asks nobody on the network for news, and asks the user nothing at its first start.
const quiet = { "@jupyterlab/apputils-extension:notification": { checkForUpdates: false, fetchNews: "false" } };

/** The Jupyter kernel `zsq` in our Python environment. */
export const kernelspec = {
  name: "jupyter kernel",
  async run() {
    const present = [writeIfNew(path.join(paths.kernelspec, "kernel.json"), describeKernel()), writeIfNew(labSettings, quiet)].every(Boolean);
    fs.copyFileSync(path.join(paths.kernelSetup, "kernel", "logo-svg.svg"), path.join(paths.kernelspec, "logo-svg.svg"));
    return { detail: `zsq on Node ${process.versions.node}`, present };
  },
};

/**
 * The kernelspec: absolute paths, so that it does not depend on PATH; our preload; a quiet TensorFlow log.
 *
 * The preload stands in argv, not in NODE_OPTIONS: processes that a cell starts are left alone.
 */
export function describeKernel() {
  return {
    argv: [process.execPath, path.join(paths.kernelSetup, "kernel", "launch.cjs"), "{connection_file}"],
    display_name: "TypeScript (zsq)",
    language: "typescript",
    interrupt_mode: "signal",
    env: { TF_CPP_MIN_LOG_LEVEL: "2" },
  };
}

/** Writes JSON; returns true when the file was the same already. */
function writeIfNew(file, value) {
  const content = `${JSON.stringify(value, null, 2)}\n`;
  const same = fs.existsSync(file) && fs.readFileSync(file, "utf8") === content;
  if (!same) writeWhole(file, content);
  return same;
}
