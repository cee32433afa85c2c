import assert from "node:assert/strict";
import { breathe, cellSignal, throwIfStopped } from "zsq/dist/tensor/cell-signal";

const cell = Symbol.for("jupyter.cell"), globals = globalThis as { [key: symbol]: unknown };
const stopped = (name: string): object => ({ name: "AbortError", message: `${name}: stopped on request` });

describe("cellSignal", () => {
  const controller = new AbortController();
  afterEach(() => { delete globals[cell]; });

  it("is that of the running cell, and undefined outside of a notebook", () => {
    assert.equal(cellSignal(), undefined);
    globals[cell] = { signal: controller.signal, stopped: false };
    assert.equal(cellSignal(), controller.signal);
  });

  it("breathe lets others run, then ends an aborted run", async () => {
    const order: string[] = [];
    setImmediate(() => { order.push("another"); controller.abort(); });
    await assert.rejects(breathe("calibrate", controller.signal), stopped("calibrate"));
    assert.deepEqual(order, ["another"]);
    await breathe("calibrate", undefined);
    await breathe("calibrate", new AbortController().signal);
  });

  it("throwIfStopped throws only in a cell that has been stopped", () => {
    throwIfStopped("calibrate");
    globals[cell] = { signal: undefined, stopped: false };
    throwIfStopped("calibrate");
    globals[cell] = { signal: undefined, stopped: true };
    assert.throws(() => throwIfStopped("calibrate"), stopped("calibrate"));
  });
});
