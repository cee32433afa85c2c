// npm run bench [-- suite ...]: runs the suites (folders here with a suite.mjs) and writes bench/results.json.
//
// A suite exports run({ folder, log }) and returns what goes into the results; `folder` is its own, kept between runs.
// Suites run with the environment of the zsq command; programs that they start get the allocator's part of it only if they ask.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
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
const settings = createRequire(import.meta.url)("../../sdk/zsq/bin/settings.js");
if (!process.env.BENCH_STARTED) {
  const { status } = spawnSync(process.execPath, ["--no-deprecation", ...process.argv.slice(1)], { stdio: "inherit", env: { ...settings, ...process.env, BENCH_STARTED: "1" } });
  process.exit(status ?? 1);
}
for (const name of Object.keys(settings)) if (name.startsWith("MALLOC_")) delete process.env[name];

const all = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {};
for (const name of asked.length > 0 ? asked : suites) {
  const folder = path.join(out, name), { run } = await import(pathToFileURL(path.join(here, name, "suite.mjs")).href);
  mkdirSync(folder, { recursive: true });
  console.log(`# ${name}`);
  all[name] = { ...(await run({ folder, log: (line) => console.log(line) })), node: process.version, cpu: `${cpus().length} x ${cpus()[0].model}` };
  writeFileSync(results, `${JSON.stringify(all, null, 2)}\n`);
}
