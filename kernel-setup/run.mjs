/**
 * Runs the project's long commands on a prepared checkout.
 *
 * Usage: node kernel-setup/run.mjs test | reproduce [options of zsq reproduce]
 */
import path from "node:path";
import { runAttached } from "./commands/attached.mjs";
import { buildSdk } from "./commands/build.mjs";
import { root } from "./lib/paths.mjs";
import { runTests } from "./commands/test-run.mjs";

const commands = {
  test: runTests,
  reproduce: async (args) => (await buildSdk()) || runAttached(process.execPath, [path.join(root, "sdk", "zsq", "bin", "zsq.js"), "reproduce", ...args]),
};

const [name, ...args] = process.argv.slice(2);
if (Object.hasOwn(commands, name ?? "")) {
  process.exitCode = await commands[name](args);
} else {
  console.error(`run: unknown command: ${name ?? "none"}; expected ${Object.keys(commands).join(" or ")}`);
  process.exitCode = 2;
}
