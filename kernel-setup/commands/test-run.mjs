import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { runAttached } from "./attached.mjs";
import { readJson } from "../lib/files.mjs";
import { paths, root } from "../lib/paths.mjs";

/**
 * `npm test`: build, lint, types, mocha, the notebooks at smoke scale; stops at the first step that fails.
 *
 * Skipped tests are named. The last line is "N passed, N failed": mocha's own counts, and one failure for another step that failed.
 * Returns the exit code.
 */
export async function runTests() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "zsq-test-"));
  const counts = path.join(folder, "mocha.json");
  const start = Date.now();
  let failed = null;
  for (const step of testSteps(folder, counts)) {
    console.log(`\n== ${step.name}`);
    const begin = Date.now();
    const code = await runAttached(process.execPath, step.args, { env: step.env });
    console.log(`== ${step.name}: ${code === 0 ? "ok" : `failed (exit ${code})`}, ${seconds(begin)}`);
    if (code !== 0) {
      failed = { ...step, code };
      break;
    }
  }
  const { passes, failures, pending, skipped } = readJson(counts) ?? { passes: 0, failures: 0, pending: 0, skipped: [] };
  fs.rmSync(folder, { recursive: true, force: true });
  const others = failed && failures === 0 ? 1 : 0;
  console.log(`\n${failed ? `npm test: ${failed.name} failed` : "npm test: every step passed"} after ${seconds(start)}`);
  if (pending > 0) console.log([`${pending} skipped:`, ...skipped].join("\n  "));
  console.log(`${passes} passed, ${failures + others} failed`);
  if (!failed) return 0;
  return failed.code > 128 ? failed.code : 1;
}

function testSteps(folder, counts) {
  const module = (...parts) => path.join(paths.modules, ...parts);
  const reporter = path.join(paths.kernelSetup, "mocha-reporter.cjs");
  return [
    { name: "build", args: [module("typescript", "bin", "tsc"), "-b"] },
    { name: "declarations", args: [path.join(paths.kernelSetup, "declarations.mjs")] },
    { name: "lint", args: [module("eslint", "bin", "eslint.js"), "--config", "test/eslint.config.mjs", "sdk", "data-scripts", "test", "kernel-setup"] },
    { name: "types (TypeScript 5.0, as the kernel sees them)", args: [module("typescript-5.0", "bin", "tsc"), "-p", "test/types"] },
    { name: "mocha", args: [module("mocha", "bin", "mocha.js"), "--config", "test/mocharc.json", "--reporter", reporter, "test/dist/**/*.test.js"], env: { ZSQ_MOCHA_COUNTS: counts } },
    { name: "notebooks at smoke scale", args: [path.join(root, "sdk", "zsq", "bin", "zsq.js"), "reproduce", "--scale", "smoke", "--out", path.join(folder, "out")] },
  ];
}

function seconds(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}
