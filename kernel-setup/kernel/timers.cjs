"use strict";

/** Timers that cells have set through the global functions: known by the cell's number, and ended together by an interrupt. */
class Timers {
  constructor(currentCell) {
    this.pending = new Map(); // handle -> {stop, wake}
    this.firing = null; // number of the cell whose timer runs now
    this.currentCell = currentCell;
    for (const [name, clearName] of [["setTimeout", "clearTimeout"], ["setInterval", "clearInterval"], ["setImmediate", "clearImmediate"]]) this.wrap(name, clearName);
  }

  wrap(name, clearName) {
    const set = globalThis[name], clear = globalThis[clearName];
    const wrapped = (callback, ...rest) => {
      const cell = this.firing ?? this.currentCell();
      if (cell === null || typeof callback !== "function") return set(callback, ...rest);
      const handle = set((...args) => {
        if (name !== "setInterval") this.pending.delete(handle);
        this.firing = cell;
        callback(...args);
        this.firing = null; // after an error `failed` does it, once it has looked
      }, ...rest);
      // new Promise((resolve) => setTimeout(resolve, 100)): its await wakes, and throws
      const wakes = name !== "setInterval" && Function.prototype.toString.call(callback).includes("[native code]");
      this.pending.set(handle, { stop: () => clear(handle), wake: () => { if (wakes) callback(); } });
      return handle;
    };
    const define = (key, value) => Object.defineProperty(globalThis, key, { value, configurable: true, writable: true, enumerable: true });
    Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(set)); // util.promisify's symbol, the name
    define(name, wrapped);
    define(clearName, (handle) => {
      this.pending.delete(handle);
      clear(handle);
    });
  }

  /** Number of the cell whose timer has just thrown, or null. */
  failed() {
    const cell = this.firing;
    this.firing = null;
    return cell;
  }

  stopAll() {
    const all = [...this.pending.values()];
    this.pending.clear();
    this.firing = null;
    for (const { stop, wake } of all) {
      stop();
      wake();
    }
  }
}

module.exports = { Timers };
