"use strict";
/*
 * Loaded before tslab in the kernel's process (kernelspec argv). Mends what tslab leaves broken:
 *
 * 1. functions of `util` that tfjs-node needs and newer Node lacks;
 * 2. output lost after about 512 messages in one turn of the event loop, the closing "idle" included:
 *    the publishing socket queues without limit instead of refusing;
 * 3. failures that tslab only prints: un-awaited rejections, errors thrown in timers and the process's
 *    end are written, at once, to the file named by ZSQ_KERNEL_FAILURES, one JSON line each;
 * 4. a kernel whose Jupyter has been killed: it ends as well.
 *
 * In any process but a kernel it does only the first.
 */
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { AsyncLocalStorage } = require("node:async_hooks");
const { isMainThread } = require("node:worker_threads");

require("./node-compat.cjs");

const isKernel = isMainThread && path.basename(process.argv[1] ?? "") === "tslab" && process.argv[2] === "kernel";
if (isKernel) {
  process.noDeprecation = true; // about our dependencies' insides: nothing that a notebook's reader could mend
  const cells = new AsyncLocalStorage();
  const load = Module._load;
  Module._load = function (request, parent, ...rest) {
    const loaded = load.call(this, request, parent, ...rest);
    if (request === "zeromq") return withUnlimitedPublisher(loaded);
    if (request === "./jupyter" && parent.filename.endsWith(path.join("tslab", "dist", "main.js"))) followCells(loaded, cells);
    return loaded;
  };
  recordFailures(cells);
  endWithParent();
}

/** zeromq whose Publisher never refuses a message: it is queued, however many there are. */
function withUnlimitedPublisher(zeromq) {
  class Publisher extends zeromq.Publisher {
    constructor(options) {
      super({ sendTimeout: 0, sendHighWaterMark: 0, ...options });
    }
  }
  return { ...zeromq, Publisher };
}

/** Lets everything that a cell starts know the cell's execution count. */
function followCells({ JupyterHandlerImpl }, cells) {
  const execute = JupyterHandlerImpl.prototype.handleExecuteImpl;
  if (execute.followsCells) return;
  JupyterHandlerImpl.prototype.handleExecuteImpl = function (...args) {
    return cells.run(this.execCount + 1, () => execute.apply(this, args));
  };
  JupyterHandlerImpl.prototype.handleExecuteImpl.followsCells = true;
}

/** tslab keeps the kernel alive after these; the notebook runner must know of them all the same. */
function recordFailures(cells) {
  const file = process.env.ZSQ_KERNEL_FAILURES;
  if (!file) return;
  const record = (kind, reason) => {
    const message = String(reason instanceof Error ? reason.stack : reason);
    fs.appendFileSync(file, `${JSON.stringify({ kind, cell: cells.getStore() ?? null, message })}\n`);
  };
  process.on("unhandledRejection", (reason) => record("rejection", reason));
  process.on("uncaughtException", (error) => record("uncaught", error));
  process.on("exit", (code) => record("exit", code));
}

function endWithParent() {
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.exit(1); }, 2000).unref();
}
