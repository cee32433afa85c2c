import { spawn } from "node:child_process";
import { Failed } from "./report-error";

/** Runs a program with our standard streams. Throws Failed with its exit code if that is not 0. */
export async function runChild(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...env } });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM"];
  for (const signal of signals) process.on(signal, forward);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (status, signal) => resolve(status ?? (signal === "SIGINT" ? 130 : 1)));
    });
    if (code !== 0) throw new Failed(code);
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
}

/** A signal that is aborted by the first Ctrl-C; a second one ends the process. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  return controller.signal;
}
