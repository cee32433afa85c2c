import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { paths, root } from "./paths.mjs";
import { SetupFailure } from "./failure.mjs";

const children = new Set();

/** Ends the commands that run now and waits for their end: a late writer would spoil the next run. */
export async function endChildren({ graceMs = 2000 } = {}) {
  const ended = [...children].map((child) => new Promise((resolve) => child.once("close", resolve)));
  for (const child of children) child.kill("SIGTERM");
  const killer = setTimeout(() => { for (const child of children) child.kill("SIGKILL"); }, graceMs);
  await Promise.all(ended);
  clearTimeout(killer);
}

/**
 * Runs a command to its end with its output in `.zsq/logs/<log>.log`, so that the terminal stays readable.
 *
 * - **remedy** – the line to show when the command fails
 *
 * Throws SetupFailure with the last telling line of the output.
 */
export async function run(command, args, { log, remedy, cwd = root, env = {} }) {
  fs.mkdirSync(paths.logs, { recursive: true });
  const file = path.join(paths.logs, `${log}.log`);
  const out = fs.openSync(file, "w");
  try {
    const code = await new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", out, out] });
      children.add(child);
      child.on("error", reject);
      child.on("close", (status, signal) => {
        children.delete(child);
        resolve(signal ?? status);
      });
    }).catch((error) => error.code);
    if (code !== 0) {
      const reason = lastTellingLine(fs.readFileSync(file, "utf8")) || `exit ${code}`;
      throw new SetupFailure(`${path.basename(command)} ${args[0]} failed: ${reason}`, `${remedy} (whole output: ${path.relative(root, file)})`);
    }
  } finally {
    fs.closeSync(out);
  }
}

/** The line of a tool's output that says why it failed: the last error line, else the last line. */
export function lastTellingLine(output) {
  const lines = output.split("\n").map((line) => line.trim()).filter(Boolean);
  const telling = lines.filter((line) => /\berror\b|\bfatal\b|ENOSPC|EACCES/i.test(line) && !/complete log|npm error A /i.test(line));
  return (telling.at(-1) ?? lines.at(-1) ?? "").slice(0, 300);
}

/**
 * Standard output of a quick command, or null when it cannot run or fails.
 *
 * - **onError** – called with the reason instead; what it returns or throws is the result
 */
export function ask(command, args, { onError = () => null, ...options } = {}) {
  const result = spawnSync(command, args, { encoding: "utf8", timeout: 60_000, maxBuffer: 1 << 26, ...options });
  if (result.status === 0) return result.stdout.trim();
  return onError(result.error?.message ?? (lastTellingLine(result.stderr) || `exit ${result.signal ?? result.status}`));
}
