/**
 * Shows what works: every component, its version, and whether it does its work.
 *
 * Usage: node kernel-setup/doctor.mjs [--json]
 *
 * Exit code 1 when anything failed; each failure stands with its remedy.
 */
import { installationChecks } from "./checks/installation.mjs";
import { machineChecks } from "./checks/machine.mjs";
import { parseArguments } from "./lib/arguments.mjs";
import { installedFlavour } from "./lib/stamp.mjs";

const usage = "usage: npm run doctor [-- --json]";

/** One check's result: {name, ok, version, detail, remedy?, seconds}; null where it does not apply. */
async function examine(check, context) {
  const start = Date.now();
  const seconds = () => Number(((Date.now() - start) / 1000).toFixed(2));
  try {
    const { skipped, version = "", detail = "" } = await check.run(context);
    return skipped ? null : { name: check.name, ok: true, version, detail, seconds: seconds() };
  } catch (error) {
    return { name: check.name, ok: false, version: "", detail: error.message.split("\n")[0], remedy: error.remedy ?? check.remedy, seconds: seconds() };
  }
}

function show({ name, ok, version, detail, remedy }) {
  console.log(`${ok ? "ok    " : "FAILED"}  ${name.padEnd(16)} ${[version, detail].filter(Boolean).join(", ")}`);
  if (!ok) console.log(`${" ".repeat(25)}remedy: ${remedy}`);
}

async function main() {
  const options = parseArguments(process.argv.slice(2), { flags: ["json", "help"], usage });
  if (options.help) return console.log(usage);
  const context = { flavour: installedFlavour() ?? "cpu" };
  const checks = [];
  for (const check of [...machineChecks, ...installationChecks]) {
    const result = await examine(check, context);
    if (!result) continue;
    checks.push(result);
    if (!options.json) show(result);
  }
  const failed = checks.filter(({ ok }) => !ok).length;
  if (options.json) console.log(JSON.stringify({ ok: failed === 0, flavour: context.flavour, checks }, null, 2));
  else console.log(failed === 0 ? "everything works" : `${failed} of ${checks.length} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(`doctor: ${error.message}${error.remedy ? `; ${error.remedy}` : ""}`);
  process.exitCode = error.exitCode ?? 1;
});
