import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { KernelBridge, type Message } from "./bridge";
import { suiteFolder } from "./helpers";

const folder = suiteFolder();

/*
 * The requests that VS Code's Jupyter extension sends, in its forms, through jupyter_client: the protocol alone, not the editor.
 * Where they differ from JupyterLab's: positions in UTF-16 units, hover texts asked for with the rest of the cell cut off, cells
 * that say their editor's id, no stop at an error (the editor itself sends no more).
 */
describe("kernel: the protocol as VS Code uses it", function () {
  this.timeout(60_000);
  let kernel: KernelBridge;
  const cell = { silent: false, store_history: true, allow_stdin: true, stop_on_error: false };
  const execute = (code: string, more: object = {}): ReturnType<KernelBridge["execute"]> => kernel.execute(code, { options: cell, metadata: { cellId: "vscode-notebook-cell:/a.ipynb#W0sZmlsZQ==" }, ...more });
  const states = (messages: readonly Message[]): unknown[] => messages.map(([type, { execution_state }]) => execution_state ?? type);

  before(async () => {
    mkdirSync(path.join(folder(), "vscode"));
    kernel = new KernelBridge(path.join(folder(), "vscode"));
    await kernel.ready;
  });
  after(() => kernel.close());

  it("answers each of several kernel_info requests sent at once", async () => {
    const { type, reply, messages } = await kernel.request("kernel_info_request", {}, { times: 3 });
    assert.deepEqual([type, (reply.language_info as { name: string }).name, states(messages)], ["kernel_info_reply", "typescript", ["busy", "idle"]]);
  });
  it("answers kernel_info on the control channel", async () => assert.equal((await kernel.request("kernel_info_request", {}, { channel: "control" })).type, "kernel_info_reply"));
  it("runs silent code at the start without a trace", async () => {
    for (const code of ["", "const fromStartup = 1;"]) {
      const { reply, messages } = await kernel.execute(code, { options: { silent: true, store_history: false, stop_on_error: false } });
      assert.deepEqual([reply.status, reply.execution_count, states(messages)], ["ok", 0, ["busy", "idle"]]);
    }
    const first = await execute("fromStartup");
    assert.deepEqual([first.result, first.reply.execution_count], ["1", 1]);
  });
  it("runs a cell that tells its editor's id", async () => {
    const { reply, messages, result } = await execute("console.log('a');\n6 * 7");
    assert.deepEqual([reply.status, result, states(messages)], ["ok", "42", ["busy", "execute_input", "stream", "execute_result", "idle"]]);
  });
  it("does not count a cell that is neither silent nor stored", async () => {
    const before = await execute("1"), unstored = await kernel.execute("2", { options: { store_history: false } });
    assert.deepEqual([unstored.result, unstored.reply.execution_count], ["2", before.reply.execution_count]);
  });
  it("goes on after a failed cell", async () => {
    assert.equal((await execute("throw new Error('x');")).error, "Error: x");
    assert.equal((await execute("1")).result, "1");
  });
  it("completes, each match with its text, place and kind", async () => {
    const { reply } = await kernel.request("complete_request", { code: "const list = [1];\nlist.fla", cursor_pos: 26 });
    const typed = (reply.metadata as { _jupyter_types_experimental: { text: string; start: number; end: number; type: string }[] })._jupyter_types_experimental;
    assert.deepEqual(typed.map(({ text }) => text), reply.matches);
    assert.deepEqual(typed[0], { text: "flat", start: 23, end: 26, type: "method" });
  });
  it("completes at the end of a cell with characters of two UTF-16 units, in such units", async () => {
    const code = "const s = ['😀😀'];\ns.fla";
    const { reply } = await kernel.request("complete_request", { code, cursor_pos: code.length });
    assert.deepEqual([(reply.matches as string[])[0], reply.cursor_start, reply.cursor_end], ["flat", code.length - 3, code.length]);
  });
  it("completes in an empty cell, and behind its end", async () => {
    for (const cursor_pos of [0, 5]) assert.equal((await kernel.request("complete_request", { code: "", cursor_pos })).reply.status, "ok");
  });
  it("shows a match's documentation, asked for with the cell cut off behind it", async () => {
    const code = 'import { scheme } from "zsq";\nsche', completed = `${code}me`;
    const { reply } = await kernel.request("inspect_request", { code: completed, cursor_pos: completed.length, detail_level: 0 });
    assert.deepEqual([reply.status, reply.found], ["ok", true]);
    assert.match((reply.data as Record<string, string>)["text/plain"], /scheme\(/);
  });
  it("finds no documentation behind the end of a cell", async () => assert.equal((await kernel.request("inspect_request", { code: "", cursor_pos: 3, detail_level: 0 })).reply.found, false));
  it("tells of no comms, also for a target", async () => assert.deepEqual((await kernel.request("comm_info_request", { target_name: "jupyter.widget" })).reply, { status: "ok", comms: {} }));
  it("closes a comm that a client opens", async () => {
    const messages = await kernel.send("comm_open", { comm_id: "c1", target_name: "jupyter.widget", data: {} });
    assert.deepEqual([states(messages), messages[1][1].comm_id], [["busy", "comm_close", "idle"], "c1"]);
  });
  it("says whether a text is complete", async () => assert.deepEqual((await kernel.request("is_complete_request", { code: "if (true) {" })).reply, { status: "incomplete", indent: "  " }));
  it("has an empty history", async () => assert.deepEqual((await kernel.request("history_request", { hist_access_type: "tail", output: false, raw: true, n: 10 })).reply, { status: "ok", history: [] }));
  it("is busy and idle about a message that it does not know", async () => assert.deepEqual(states(await kernel.send("debug_request", { command: "initialize" })), ["busy", "idle"]));
  it("ends a cell that waits on an interrupt_request", async () => {
    const stopped = await execute("await new Promise(() => {});", { interruptAfter: 0.3, interruptBy: "message" });
    assert.match(stopped.error ?? "no error", /^Interrupted: /);
    assert.equal((await execute("1")).result, "1");
    assert.deepEqual((await kernel.request("interrupt_request", {}, { channel: "control" })).reply, { status: "ok" });
  });
  it("restarts: everything is forgotten, and counted anew", async () => {
    await execute("const old = 1;");
    await kernel.restart();
    const fresh = await execute("old");
    assert.match(fresh.error ?? "no error", /^TypeScriptError: 1:1 - Cannot find name 'old'/);
    assert.equal(fresh.reply.execution_count, 1);
  });
  it("answers a shutdown_request on the control channel, and ends", async () => {
    const { type, reply } = await kernel.request("shutdown_request", { restart: true }, { channel: "control" });
    assert.deepEqual([type, reply], ["shutdown_reply", { status: "ok", restart: true }]);
    assert.equal(await kernel.isAlive(), false);
  });
});
