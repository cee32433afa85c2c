"use strict";
const fs = require("node:fs");
const { setTimeout: sleep } = require("node:timers/promises");
const { Wire } = require("./wire.cjs");
const { zeromq, UNLIMITED } = require("./zeromq.cjs");

const FATAL = [/FATAL ERROR|check failed|Assertion failed|what\(\):/i, /terminate called|out of memory|fatal|error:/i]; // the most telling first
const PATIENCE = 2000; // ms for clients to connect again

/** {ename, evalue} of a kernel process that ended with `code` or `signal`; `words` is the end of its stderr. */
function describeDeath(code, signal, words) {
  const lines = words.split("\n").reverse();
  const line = FATAL.map((pattern) => lines.find((text) => pattern.test(text))).find(Boolean)?.trim();
  const why = line ? `: ${line}` : signal === "SIGKILL" ? " (out of memory, or killed from outside)" : "";
  const ename = /heap out of memory|bad_alloc/.test(words) ? "OutOfMemory" : "KernelDied";
  return { ename, evalue: `the kernel's process ended with ${signal ?? `exit code ${code}`}${why}` };
}

/** Takes the dead kernel's place at its ports just long enough to fail the cell that ran: error, reply, idle. */
async function reportDeath(connectionFile, request, { ename, evalue }) {
  const { ip, transport, iopub_port, shell_port, key } = JSON.parse(fs.readFileSync(connectionFile, "utf8"));
  const wire = new Wire(key);
  const iopub = new zeromq.XPublisher(UNLIMITED), shell = new zeromq.Router({ ...UNLIMITED, mandatory: true });
  await Promise.all([iopub.bind(`${transport}://${ip}:${iopub_port}`), shell.bind(`${transport}://${ip}:${shell_port}`)]);
  await Promise.race([iopub.receive(), sleep(PATIENCE)]); // a client subscribes anew
  await sleep(200); // and the others
  const failure = { ename, evalue, traceback: [`${ename}: ${evalue}`] };
  const identities = request.identities.map((identity) => Buffer.from(identity, "base64"));
  await iopub.send(wire.frames("error", request, failure));
  for (let waited = 0; waited < PATIENCE; waited += 50) {
    try {
      await shell.send(wire.frames("execute_reply", request, { status: "error", execution_count: request.count, ...failure }, { identities }));
      break;
    } catch {
      await sleep(50); // not connected yet
    }
  }
  await iopub.send(wire.frames("status", request, { execution_state: "idle" }));
  await sleep(200);
}

module.exports = { describeDeath, reportDeath };
