"use strict";
const { setTimeout: sleep } = require("node:timers/promises");
const { Cell } = require("./cell.cjs");
const { Compiler, completeness } = require("./compiler.cjs");
const { Interrupted, ProcessExit, Sources, culpritOf, describeDiagnostics, describeError } = require("./errors.cjs");
const { createExports } = require("./exports.cjs");
const { installGuards, nextEpoch } = require("./guard.cjs");
const { kernelInfo, helpOf } = require("./info.cjs");
const { FLAG, HANDLED, IN_KERNEL } = require("./interrupt-state.cjs");
const { Modules } = require("./modules.cjs");
const { Output } = require("./output.cjs");
const { richForm } = require("./rich-form.cjs");
const { Timers } = require("./timers.cjs");
const { jupyter } = require("./tslab.cjs");
const { positionsIn } = require("./positions.cjs");

const { setImmediate } = globalThis;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * The kernel's state and its answers to requests.
 *
 * - **state** – Int32Array shared with the interrupt thread
 * - **journal** – called with the request that runs, and null when it has ended
 */
class Kernel {
  constructor(server, state, journal) {
    this.server = server;
    this.state = state;
    this.journal = journal;
    this.exports = createExports();
    this.compiler = new Compiler((name) => Object.hasOwn(this.exports, name));
    this.modules = new Modules(process.cwd());
    this.sources = new Sources();
    this.output = new Output((type, content) => server.publishAtOnce(type, this.parent, content));
    server.beforePublish = () => this.output.flush();
    this.count = 0;
    this.queue = [];
    this.working = false;
    this.running = null; // the cell that runs
    this.parent = null; // the request that output belongs to
    this.failures = []; // [{about, error, promise, culprit}] that no code awaits
    this.exit = process.exit.bind(process);
    this.timers = new Timers(() => (this.count === 0 ? null : this.count));
    installGuards(state);
    this.capture();
  }

  // What cells print, show, leave behind, and how they would end the process.
  capture() {
    const write = (name) => (data, encoding, done) => {
      this.output.write(name, typeof data === "string" ? data : Buffer.from(data).toString());
      const callback = typeof encoding === "function" ? encoding : done;
      if (callback) process.nextTick(callback);
      return true;
    };
    process.stdout.write = write("stdout");
    process.stderr.write = write("stderr");
    jupyter.lastWriteDisplayData = (data, update = false) => this.output.display(structuredClone(JSON.parse(JSON.stringify(data))), update);
    process.exit = (code) => {
      const error = new ProcessExit(code);
      this.fail({ error });
      throw error;
    };
    process.on("unhandledRejection", (error, promise) => this.fail({ about: "un-awaited promise rejected", error, promise }));
    process.on("rejectionHandled", (promise) => { this.failures = this.failures.filter((failure) => failure.promise !== promise); });
    process.on("uncaughtException", (error) => this.fail({ about: "error outside any cell's await", error, culprit: this.timers.failed() }));
    // For packages that run long: {signal: AbortSignal of the running cell or undefined, stopped: true also in a loop that never waits}.
    const kernel = this;
    Object.defineProperty(globalThis, Symbol.for("jupyter.cell"), {
      value: { get signal() { return kernel.running?.controller.signal; }, get stopped() { return Atomics.load(kernel.state, FLAG) === 1; } },
    });
  }

  /** Notes a failure that no code awaits: it fails the cell that runs, or the next; the culprit is the cell that started it, where that is known. */
  fail({ about, error, promise, culprit = culpritOf(error) }) {
    if (error instanceof Interrupted || error === this.failures.at(-1)?.error) return; // what a stopped cell leaves behind; process.exit in a timer
    this.failures.push({ about, error, promise, culprit });
  }

  interrupt(number) {
    Atomics.store(this.state, HANDLED, number);
    nextEpoch();
    if (Atomics.load(this.state, FLAG) === 1) this.running?.interrupt(); // 0: the cell that was meant has ended since
    this.timers.stopAll();
    if (!this.running) Atomics.store(this.state, FLAG, 0);
  }

  kernel_info_request() {
    return kernelInfo();
  }

  comm_info_request() {
    return { status: "ok", comms: {} };
  }

  comm_open(content, request) {
    this.server.publish("comm_close", request, { comm_id: content.comm_id, data: {} }); // no widgets here
  }

  history_request() {
    return { status: "ok", history: [] };
  }

  is_complete_request({ code }) {
    return completeness(code);
  }

  complete_request({ code, cursor_pos }) {
    const { offset, positionOf } = positionsIn(code, cursor_pos);
    const { start, end, entries } = this.inKernel(() => this.compiler.complete(code, offset));
    const [cursor_start, cursor_end] = [positionOf(start), positionOf(end)];
    const types = entries.map(({ name, kind = "" }) => ({ start: cursor_start, end: cursor_end, text: name, type: kind }));
    return { status: "ok", matches: entries.map(({ name }) => name), cursor_start, cursor_end, metadata: { _jupyter_types_experimental: types } };
  }

  inspect_request({ code, cursor_pos }) {
    const text = this.inKernel(() => this.compiler.inspect(code, positionsIn(code, cursor_pos).offset));
    return { status: "ok", found: text !== null, data: text === null ? {} : helpOf(text), metadata: {} };
  }

  interrupt_request() {
    Atomics.store(this.state, FLAG, 1);
    this.interrupt(Atomics.load(this.state, HANDLED));
    return { status: "ok" };
  }

  shutdown_request({ restart }) {
    this.compiler.close();
    return { status: "ok", restart };
  }

  execute_request(content, request) {
    this.queue.push(request);
    if (!this.working) void this.work();
  }

  async work() {
    this.working = true;
    for (let request; (request = this.queue.shift()); ) {
      const content = request.content;
      this.server.publish("status", request, { execution_state: "busy" });
      this.parent = request;
      const reply = await this.execute(content, request);
      if (reply.status === "error" && content.stop_on_error !== false) await sleep(10); // requests that are on their way
      const others = reply.status === "error" && content.stop_on_error !== false ? this.queue.splice(0) : [];
      this.output.flush();
      request.reply(reply);
      this.server.publish("status", request, { execution_state: "idle" });
      for (const other of others) this.abort(other);
    }
    this.working = false;
  }

  abort(request) {
    this.server.publish("status", request, { execution_state: "busy" });
    request.reply({ status: "aborted" }); // without a count: clients would show the failed cell's
    this.server.publish("status", request, { execution_state: "idle" });
  }

  // Runs a cell; returns the execute_reply's content.
  async execute({ code, silent = false, store_history = true, user_expressions = {} }, request) {
    if (!silent && store_history) this.count += 1;
    const cell = (this.running = new Cell(this.count));
    this.journal({ ...request, count: this.count });
    if (!silent) this.server.publish("execute_input", request, { code, execution_count: this.count });
    const depth = tensorScopes().length;
    let failure = null;
    try {
      const { value, error } = await this.evaluate(cell, code);
      await turn(); // what this turn has rejected shows now
      if (error !== undefined) failure = error;
      else if (this.failures.length === 0 && value !== undefined && value !== null && !silent) {
        this.server.publish("execute_result", request, { execution_count: this.count, ...richForm(value) });
      }
    } catch (error) {
      failure = describeError(error, this.sources);
    }
    if (cell.interrupted) while (tensorScopes().length > depth) globalThis._tfengine.endScope();
    this.running = null;
    Atomics.store(this.state, FLAG, 0);
    const [hidden] = this.failures.splice(0);
    if (hidden) failure ??= this.describeHidden(hidden);
    this.journal(null);
    if (!failure) return { status: "ok", execution_count: this.count, payload: [], user_expressions: await this.expressions(user_expressions) };
    const { culprit, ...content } = failure;
    this.server.publish("error", request, content, culprit === undefined ? {} : { culprit });
    return { status: "error", execution_count: this.count, payload: [], user_expressions: {}, ...content };
  }

  // {value} of a cell that ran, or {error}: a description of what it threw, or of what the compiler found.
  async evaluate(cell, source) {
    const compiled = this.inKernel(() => this.compiler.compile(source));
    if (compiled.diagnostics.length > 0) return { error: describeDiagnostics(compiled.diagnostics, source) };
    this.modules.update(compiled.modules);
    for (const { path, maps } of compiled.modules) this.sources.add(path, { maps });
    this.sources.add(`In[${cell.count}]`, { maps: compiled.maps, lines: source.split("\n"), shift: 1, end: compiled.code.split("\n").length });
    if (cell.interrupted) return { error: describeError(cell.controller.signal.reason, this.sources) };
    const outcome = compiled.code ? await cell.run(compiled, this.exports, this.modules.require, this.state) : {};
    const stopped = cell.interrupted || Atomics.load(this.state, FLAG) === 1; // the latter: seen by a package's loop, before this thread has heard
    if ("error" in outcome) return { error: describeError(stopped ? (cell.controller.signal.reason ?? new Interrupted()) : outcome.error, this.sources) };
    compiled.keep();
    return outcome;
  }

  describeHidden({ about, error, culprit }) {
    const where = culprit !== null && culprit !== this.count ? ` (from In[${culprit}], which had ended)` : "";
    return { ...describeError(error, this.sources, { about: about && about + where }), culprit: culprit ?? this.count };
  }

  async expressions(wanted) {
    const results = {};
    for (const [name, code] of Object.entries(wanted)) {
      const { value, error } = await this.evaluate(new Cell(this.count), code).catch((thrown) => ({ error: describeError(thrown, this.sources) }));
      results[name] = error ? { status: "error", ...error } : { status: "ok", ...richForm(value) };
    }
    return results;
  }

  inKernel(work) {
    Atomics.store(this.state, IN_KERNEL, 1);
    try {
      return work();
    } finally {
      Atomics.store(this.state, IN_KERNEL, 0);
    }
  }
}

// TensorFlow.js's open scopes, where a cell has loaded it: code that was ended from outside has not closed its own.
const tensorScopes = () => globalThis._tfengine?.state.scopeStack ?? [];

module.exports = { Kernel };
