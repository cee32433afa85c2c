"use strict";
/* The kernel's process: `node main.cjs CONNECTION_FILE`, started by launch.cjs, which listens on pipe 3 and writes to pipe 4. */
const fs = require("node:fs");
const path = require("node:path");
const { Worker } = require("node:worker_threads");

require("../node-compat.cjs");
process.noDeprecation = true; // about our dependencies' insides: nothing that a notebook's reader could mend
Error.stackTraceLimit = 30; // enough to find the cell
process.on("SIGINT", () => {}); // interrupts come through the pipe

const state = new Int32Array(new SharedArrayBuffer(16));
const thread = new Worker(path.join(__dirname, "interrupt-thread.cjs"), { workerData: { state, pipe: 4 }, stdout: false, stderr: false });

const { Kernel } = require("./kernel.cjs");
const { Server } = require("./server.cjs");

const connection = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const handlers = new Proxy({}, { get: (_, type) => (type === "exit" ? exit : kernel[type]?.bind(kernel)) });
const server = new Server(connection, handlers);
const kernel = new Kernel(server, state, (request) => fs.writeSync(3, `${JSON.stringify({ running: request && journalOf(request) })}\n`));

thread.on("message", (number) => kernel.interrupt(number));
thread.unref();

// What is needed to answer in the kernel's stead: whom, and what.
function journalOf({ identities, header, count }) {
  return { identities: identities.map((identity) => identity.toString("base64")), header, count };
}

async function exit() {
  server.close();
  await thread.terminate();
  kernel.exit(0);
}

void server.open();
