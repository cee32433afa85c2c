"use strict";

const { setTimeout } = globalThis; // not a cell's, which end with it

const PERIOD = 100; // ms: ten times a second
const LARGE = 1 << 15; // characters of text that go at once

/**
 * What cells print and show, on its way to the clients.
 *
 * Text is gathered and sent every 100 ms, before any other message, and in the middle of a loop that never waits; so a
 * burst of lines is a few messages. Updates of a display (a progress bar) are sent ten times a second at most: the last one always.
 */
class Output {
  // send(type, content) publishes for the running cell, else for the last one
  constructor(send) {
    this.send = send;
    this.text = "";
    this.name = "";
    this.sent = 0;
    this.timer = null;
    this.waiting = new Map(); // display id -> update that waits
    this.updated = new Map(); // display id -> when its last update went
  }

  /** Takes text of the stream `name` ("stdout" or "stderr"). */
  write(name, text) {
    if (this.name !== name) this.flushText();
    this.name = name;
    this.text += text;
    if (this.text.length > LARGE || Date.now() - this.sent > PERIOD) this.flushText();
    else this.later();
  }

  display(data, update) {
    const id = data.transient?.display_id;
    if (!update || id === undefined) {
      if (id !== undefined) this.waiting.delete(id);
      this.flushText();
      return this.send("display_data", data);
    }
    this.waiting.set(id, data);
    if (Date.now() - (this.updated.get(id) ?? 0) >= PERIOD) this.flushUpdate(id);
    else this.later();
  }

  later(wait = PERIOD) {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.flushText();
      const dueIn = (id) => this.updated.get(id) + PERIOD - Date.now();
      for (const id of [...this.waiting.keys()]) if (dueIn(id) <= 0) this.flushUpdate(id);
      if (this.waiting.size > 0) this.later(Math.min(...[...this.waiting.keys()].map(dueIn)));
    }, wait);
  }

  flushText() {
    if (this.text === "") return;
    const text = this.name === "stdout" ? overwritten(this.text) : this.text;
    this.text = "";
    this.sent = Date.now();
    this.send("stream", { name: this.name, text });
  }

  flushUpdate(id) {
    const data = this.waiting.get(id);
    this.waiting.delete(id);
    this.updated.set(id, Date.now());
    this.flushText();
    this.send("update_display_data", data);
  }

  flush() {
    this.flushText();
    for (const id of [...this.waiting.keys()]) this.flushUpdate(id);
  }
}

// "\rstep 1\rstep 2" shows as "\rstep 2": what a terminal would have overwritten at once need not be sent; what stands before the first return stays
function overwritten(text) {
  if (!text.includes("\r")) return text;
  return text.split("\n").map((line) => {
    const returned = line.endsWith("\r") ? line.slice(0, -1) : line;
    const parts = returned.split("\r");
    if (parts.length <= 2) return line;
    return `${parts[0]}\r${parts.at(-1)}${line.endsWith("\r") ? "\r" : ""}`;
  }).join("\n");
}

module.exports = { Output };
