import path from "node:path";
import { run } from "../lib/command.mjs";
import { paths } from "../lib/paths.mjs";

/** The SDK and the data scripts, compiled, with a flat declaration file per entry; tsc itself finds out what is up to date. */
export const sdk = {
  name: "sdk build",
  async run() {
    const commands = { build: [path.join(paths.modules, "typescript", "bin", "tsc"), "-b", "data-scripts"], declarations: [path.join(paths.kernelSetup, "declarations.mjs")] };
    for (const [log, args] of Object.entries(commands)) {
      await run(process.execPath, args, { log, remedy: "correct the TypeScript error, then run npm run setup again" });
    }
    return { detail: "compiled" };
  },
};
