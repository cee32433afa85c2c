import { spawn } from "node:child_process";
import { root } from "../lib/paths.mjs";

/**
 * Runs a command on this terminal to its end and returns its exit code (128 + signal number when killed).
 *
 * Ctrl-C reaches the command itself; this process waits for it, so that it can end cleanly.
 */
export async function runAttached(command, args, { cwd = root, env = {} } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: "inherit" });
  const wait = () => {};
  const forward = () => child.kill("SIGTERM");
  process.on("SIGINT", wait).on("SIGTERM", forward);
  try {
    return await new Promise((resolve) => {
      child.on("error", (error) => {
        console.error(`${command}: ${error.message}`);
        resolve(1);
      });
      child.on("close", (code, signal) => resolve(code ?? 128 + ({ SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0)));
    });
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", forward);
  }
}
