"use strict";
/*
 * A thread of the kernel that hears of interrupts (a line on a pipe) while the main thread computes.
 *
 * At once it raises the flag that compiled cells look at, and wakes the main thread. Where neither helps within 400 ms
 * (a loop inside of a package), it ends the running JavaScript.
 */
const inspector = require("node:inspector");
const net = require("node:net");
const { parentPort, workerData } = require("node:worker_threads");
const { FLAG, HANDLED, IN_KERNEL, IN_SCRIPT } = require("./interrupt-state.cjs");

const { state, pipe } = workerData;
const PATIENCE = 400;
const main = new inspector.Session();
main.connectToMainThread();

let asked = 0;

function interrupt() {
  asked += 1;
  Atomics.store(state, FLAG, 1);
  parentPort.postMessage(asked);
  setTimeout(insist, PATIENCE, asked);
}

function insist(number) {
  if (Atomics.load(state, HANDLED) >= number) return;
  if (Atomics.load(state, IN_KERNEL) === 1) return void setTimeout(insist, 50, number); // compiling: soon over
  process.kill(-process.pid, "SIGINT"); // programs that the cell waits for; and the cell's own first turn, see breakOnSigint
  if (Atomics.load(state, IN_SCRIPT) === 0) main.post("Runtime.terminateExecution");
}

new net.Socket({ fd: pipe, readable: true, writable: false })
  .on("data", interrupt)
  .on("error", () => {})
  .on("close", () => process.kill(-process.pid, "SIGKILL")); // the launcher is gone, and Jupyter with it
