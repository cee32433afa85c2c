import fs from "node:fs";
import path from "node:path";
import { run } from "../lib/command.mjs";
import { readJson } from "../lib/files.mjs";
import { paths, root } from "../lib/paths.mjs";

/** npm packages at the versions of package-lock.json, without their install scripts. */
export const packages = {
  name: "npm packages",
  async run() {
    const count = Object.keys(readJson(path.join(root, "package-lock.json"))?.packages ?? {}).length;
    if (differences().length === 0) return { detail: `${count} as locked`, present: true };
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      log: "npm-ci",
      remedy: "check the network and package-lock.json, then run npm run setup again",
    });
    return { detail: `${count} installed` };
  },
};

/**
 * Names of packages that are not installed as package-lock.json says.
 *
 * npm writes `node_modules/.package-lock.json` last, so an interrupted installation differs.
 * Optional packages (those of other platforms) may be absent.
 */
export function differences(lock = readJson(path.join(root, "package-lock.json")), installed = readJson(path.join(paths.modules, ".package-lock.json"))) {
  if (!lock) return ["package-lock.json"];
  const wanted = Object.entries(lock.packages).filter(([name]) => name.includes("node_modules/"));
  return wanted
    .filter(([name, entry]) => {
      const found = installed?.packages?.[name];
      if (!found) return !entry.optional;
      if (found.version !== entry.version || found.integrity !== entry.integrity) return true;
      return !fs.existsSync(path.join(root, name));
    })
    .map(([name]) => name.replace(/^node_modules\//, ""));
}
