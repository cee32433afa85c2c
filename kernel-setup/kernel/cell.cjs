"use strict";
const vm = require("node:vm");
const { Interrupted } = require("./errors.cjs");
const { IN_SCRIPT } = require("./interrupt-state.cjs");

const GRACE = 200; // ms that a stopped cell has to end by itself
const { setTimeout, setImmediate } = globalThis; // the kernel's own, not those that belong to a cell

/** One execution: it runs, ends once (with a value or an error), and can be stopped. */
class Cell {
  constructor(count) {
    this.count = count;
    this.controller = new AbortController();
    this.interrupted = false;
    this.outcome = new Promise((resolve) => { this.end = resolve; });
  }

  /** Runs compiled code; returns {value} or {error}. */
  run({ code, isAsync, valueName }, exports, require, state) {
    const take = () => {
      const value = exports[valueName];
      delete exports[valueName];
      return value;
    };
    const start = () => {
      Atomics.store(state, IN_SCRIPT, 1);
      try {
        Object.defineProperty(globalThis, "__tslab__", { value: { exports, require }, configurable: true, enumerable: false });
        const script = `(${isAsync ? "async " : ""}function (exports, require) { ${code}\n})(__tslab__.exports, __tslab__.require)`;
        const result = vm.runInThisContext(script, { filename: `In[${this.count}]`, breakOnSigint: true, displayErrors: false });
        if (isAsync) result.then(() => this.end({ value: take() }), (error) => this.end({ error }));
        else this.end({ value: take() });
      } catch (error) {
        this.end({ error: isInterruption(error) ? new Interrupted() : error });
      } finally {
        Atomics.store(state, IN_SCRIPT, 0);
      }
    };
    // A turn of its own: where JavaScript is ended from outside, the kernel that waits for the outcome is not.
    setImmediate(start);
    return this.outcome;
  }

  interrupt() {
    if (this.interrupted) return;
    this.interrupted = true;
    this.controller.abort(new Interrupted());
    setTimeout(() => this.end({ error: new Interrupted() }), GRACE);
  }
}

function isInterruption(error) {
  try {
    return error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
  } catch {
    return false; // undefined, or an object that cannot be looked at
  }
}

module.exports = { Cell };
