import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

export const root = path.resolve(__dirname, "..", "..", "..");
export const python = path.join(root, ".zsq", "venv", "bin", "python");

// TypeScript would compile import() to require(), which older Node refuses for .mjs.
const importModule = new Function("url", "return import(url)") as (url: string) => Promise<unknown>;

/** A module of kernel-setup, for example load<typeof lock>("lib/lock.mjs"). */
export async function load<T>(file: string): Promise<T> {
  return (await importModule(pathToFileURL(path.join(root, "kernel-setup", file)).href)) as T;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end. */
export function run(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const ended: Ended = { code: null, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (ended.stderr += text));
    child.on("error", reject).on("close", (code) => resolve({ ...ended, code }));
  });
}

/** A checkout in which nothing has been set up: a copy of kernel-setup in `folder`; returns its kernel-setup. */
export function bareCheckout(folder: string): string {
  const copy = path.join(folder, "kernel-setup");
  cpSync(path.join(root, "kernel-setup"), copy, { recursive: true, filter: (file) => !file.includes("__pycache__") });
  cpSync(path.join(root, "package-lock.json"), path.join(folder, "package-lock.json"));
  mkdirSync(path.join(folder, "notebooks"));
  return copy;
}

/** A function that gives one folder for a whole test file; the folder goes when the tests end. */
export function suiteFolder(): () => string {
  let folder = "";
  process.on("exit", () => { if (folder) rmSync(folder, { recursive: true, force: true }); });
  return () => (folder ||= mkdtempSync(path.join(tmpdir(), "zsq-kernel-setup-")));
}
