import path from "node:path";
import { run } from "../lib/command.mjs";
import { paths } from "../lib/paths.mjs";

/** The SDK and the data scripts, compiled; tsc itself finds out what is up to date. */
export const sdk = {
  name: "sdk build",
  async run() {
    await run(process.execPath, [path.join(paths.modules, "typescript", "bin", "tsc"), "-b", "data-scripts"], {
      log: "build",
      remedy: "correct the TypeScript error, then run npm run setup again",
    });
    return { detail: "compiled" };
  },
};
