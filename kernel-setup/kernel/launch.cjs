"use strict";
/*
 * The kernel that Jupyter starts: `node launch.cjs CONNECTION_FILE`. It runs the real one (main.cjs) as a child and
 *
 * - hands interrupts on through a pipe that a thread of the child reads, so that they arrive whatever the child computes;
 * - tells in the cell that ran how the child died (out of memory, a native abort), which the child cannot tell itself;
 * - ends the child when Jupyter has been killed.
 */
const { spawn } = require("node:child_process");
const path = require("node:path");
const { createInterface } = require("node:readline");

const WORDS = 8192; // bytes of the child's stderr that are kept for its last words
const [connectionFile, ...options] = process.argv.slice(2);

// Terminating JavaScript in the middle of a callback leaves Node's stack of async ids unbalanced, which this check would punish.
const flags = ["--no-force-async-hooks-checks"];
const child = spawn(process.execPath, [...flags, path.join(__dirname, "main.cjs"), connectionFile, ...options], {
  stdio: ["ignore", "inherit", "pipe", "pipe", "pipe"],
  detached: true, // its own process group: a signal to Jupyter's group comes only here
});

let running = null; // the execute_request that the child works on
let words = "";
createInterface({ input: child.stdio[3] }).on("line", (line) => { running = JSON.parse(line).running; });
child.stdio[4].on("error", () => {}); // the child is gone: told below
child.stderr.on("data", (data) => {
  process.stderr.write(data);
  words = (words + data).slice(-WORDS);
});

process.on("SIGINT", () => child.stdio[4].write("interrupt\n"));
process.on("SIGTERM", () => child.kill("SIGTERM"));

const jupyter = process.ppid;
setInterval(() => { if (process.ppid !== jupyter) child.kill("SIGKILL"); }, 1000).unref();

child.on("error", (error) => {
  console.error(`kernel: ${error.message}`);
  process.exit(1);
});
child.on("close", async (code, signal) => {
  if (running && process.ppid === jupyter) {
    const { describeDeath, reportDeath } = require("./death.cjs");
    await reportDeath(connectionFile, running, describeDeath(code, signal, words));
  }
  process.removeAllListeners(signal ?? "exit");
  if (signal && signal !== "SIGINT") process.kill(process.pid, signal);
  else process.exit(code ?? 130);
});
