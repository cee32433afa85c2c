import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readJson } from "./files.mjs";

/**
 * Takes the lock file for this process, waiting while another living process holds it.
 *
 * A lock whose process is gone is taken over; a process number that was given to another
 * program since (after a restart) is told apart by the process's start time.
 *
 * - **onWait** – called once with the holder's process number when there is a wait
 *
 * Returns whether there was a wait. The lock goes when the process exits.
 */
export async function acquire(file, { onWait = () => {}, pollMs = 200 } = {}) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, started: startTime(process.pid) });
  let waited = false;
  for (;;) {
    if (take(file, mine)) {
      await sleep(20 + Math.random() * 30);
      if (safeRead(file) === mine) break;
    }
    const holder = readJson(file);
    if (!holder || !isAlive(holder)) {
      if (holder || isOlderThan(file, 1000)) fs.rmSync(file, { force: true });
      else await sleep(pollMs);
      continue;
    }
    if (!waited) onWait(holder.pid);
    waited = true;
    await sleep(pollMs);
  }
  process.on("exit", () => { if (safeRead(file) === mine) fs.rmSync(file, { force: true }); });
  return waited;
}

/** True when the process that wrote the lock still runs. */
export function isAlive({ pid, started }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  return started === startTime(pid);
}

/** Start time of a process in clock ticks since boot (Linux), else null. */
function startTime(pid) {
  const stat = safeRead(`/proc/${pid}/stat`);
  return stat ? stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] : null;
}

function take(file, content) {
  try {
    fs.writeFileSync(file, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function safeRead(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function isOlderThan(file, ms) {
  try {
    return Date.now() - fs.statSync(file).mtimeMs > ms;
  } catch {
    return false;
  }
}
