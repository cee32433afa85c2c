import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process, told apart from one that got its number later, and from those of other machines. */
export interface ProcessIdentity {
  host: string;
  pid: number;
  /** start time in clock ticks since the machine started, null where the system does not say */
  started: string | null;
}

/** This process. */
export const ownIdentity = (): ProcessIdentity => ({ host: hostname(), pid: process.pid, started: startOf(process.pid) });

/** Whether that process runs; null if it is one of another machine, which cannot be known here. */
export function isRunning({ host, pid, started }: ProcessIdentity): boolean | null {
  if (host !== hostname()) return null;
  try {
    process.kill(pid, 0); // sends nothing, but looks for the process
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return startOf(pid) === started;
}

// field 22 of Linux's /proc/<pid>/stat, counted behind the name, which may hold anything
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : fields[19];
  } catch {
    return null;
  }
}
