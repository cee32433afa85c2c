// Preloaded into a process (--require): lets the n-th call that changes the file system fail, or kills the process at it.
//
// ZSQ_FAULT is "<who>:<what>:<n>": who is "parent" or "worker" (a process with an IPC channel), what is "count" (which
// keeps the number of calls in the file ZSQ_FAULT_COUNT), "kill", or an error code such as "ENOSPC"; "ENOSPC+" fails all
// further calls too.
import fs from "node:fs";

const CALLS = ["openSync", "writeSync", "fsyncSync", "closeSync", "renameSync", "mkdirSync", "linkSync", "rmSync", "appendFileSync", "writeFileSync", "utimesSync"] as const;
const [who, what, n] = (process.env.ZSQ_FAULT ?? "").split(":");
const mine = who === (process.send ? "worker" : "parent");
const code = what?.replace("+", ""), lasting = what !== code;
const writeReally = fs.writeFileSync;
const opened = new Set<number>();
let calls = 0;

if (mine) {
  for (const name of CALLS) {
    const real = fs[name] as (...args: unknown[]) => unknown;
    (fs as unknown as Record<string, unknown>)[name] = (...args: unknown[]): unknown => {
      const ours = isOurs(args[0]);
      if (ours) strike(name, args[0]);
      const result = real.apply(fs, args);
      if (ours && name === "openSync") opened.add(result as number);
      if (name === "closeSync") opened.delete(args[0] as number);
      return result;
    };
  }
}

// calls on files of the run, by name or by descriptor
function isOurs(target: unknown): boolean {
  return typeof target === "number" ? opened.has(target) : typeof target === "string" && target.startsWith(process.env.ZSQ_FAULT_ROOT!) && target !== process.env.ZSQ_FAULT_COUNT;
}

function strike(name: string, target: unknown): void {
  calls++;
  if (what === "count") writeReally(process.env.ZSQ_FAULT_COUNT!, String(calls));
  if (calls !== Number(n) && !(lasting && calls > Number(n))) return;
  if (what === "kill") process.kill(process.pid, "SIGKILL");
  throw Object.assign(new Error(`${code}: injected, ${name} '${String(target)}'`), { code, syscall: name });
}
