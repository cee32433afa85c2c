import path from "node:path";
import { runAttached } from "./attached.mjs";
import { paths } from "../lib/paths.mjs";

/** Compiles what changed in the SDK and the data scripts (a second when nothing did); returns the exit code of the step that failed, or 0. */
export async function buildSdk() {
  const tsc = path.join(paths.modules, "typescript", "bin", "tsc"), declarations = path.join(paths.kernelSetup, "declarations.mjs");
  return (await runAttached(process.execPath, [tsc, "-b", "data-scripts"])) || runAttached(process.execPath, [declarations]);
}
