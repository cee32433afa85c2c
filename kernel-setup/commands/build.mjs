import path from "node:path";
import { runAttached } from "./attached.mjs";
import { paths } from "../lib/paths.mjs";

/** Compiles what changed in the SDK and the data scripts (a second when nothing did); returns tsc's exit code. */
export function buildSdk() {
  return runAttached(process.execPath, [path.join(paths.modules, "typescript", "bin", "tsc"), "-b", "data-scripts"]);
}
