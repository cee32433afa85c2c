// npm run bench [-- suite ...]: runs the suites (folders here with a suite.mjs) and writes bench/results.json.
//
// A suite exports run({ folder, log }) and returns what goes into the results; `folder` is its own, kept between runs.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url)), out = path.resolve(here, "../../bench"), results = path.join(out, "results.json");
const suites = readdirSync(here).filter((name) => existsSync(path.join(here, name, "suite.mjs")));
const asked = process.argv.slice(2), unknown = asked.filter((name) => !suites.includes(name));

if (unknown.length > 0) {
  process.stderr.write(`bench: unknown suite: ${unknown.join(", ")}; expected one of ${suites.join(", ")}\n`);
  process.exit(2);
}
const all = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {};
for (const name of asked.length > 0 ? asked : suites) {
  const folder = path.join(out, name), { run } = await import(pathToFileURL(path.join(here, name, "suite.mjs")).href);
  mkdirSync(folder, { recursive: true });
  console.log(`# ${name}`);
  all[name] = { ...(await run({ folder, log: (line) => console.log(line) })), node: process.version, cpu: `${cpus().length} x ${cpus()[0].model}` };
  writeFileSync(results, `${JSON.stringify(all, null, 2)}\n`);
}
