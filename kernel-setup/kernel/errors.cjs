"use strict";
const { inspect } = require("node:util");
const { originalPlace } = require("./source-map.cjs");

const [RED, BOLD, DIM, PLAIN] = ["\x1b[31m", "\x1b[1m", "\x1b[2m", "\x1b[0m"];
const FRAME = /^\s+at /;
const PLACE = /(In\[\d+\]|node:[\w/]+|\/[^():]+):(\d+):(\d+)/;
const INTERNAL = /^node:|\/kernel-setup\/kernel\//;

/** Thrown inside a cell that the user has stopped. */
class Interrupted extends Error {
  name = "Interrupted";
  constructor(message = "the cell was stopped") {
    super(message);
  }
}

/** Thrown by process.exit, which would end the kernel and everything in it. */
class ProcessExit extends Error {
  name = "ProcessExit";
  constructor(code) {
    super(`process.exit(${code ?? ""}) called; a cell cannot end the kernel`);
  }
}

/** The cells and files that have been compiled, for telling where errors come from. */
class Sources {
  constructor() {
    this.known = new Map(); // file name in stack traces -> {maps, lines, shift, end}
  }

  /** - **lines** – of the source, where they are to be shown; **shift** – lines that tslab puts before them; **end** – number of compiled lines */
  add(name, { maps, lines = null, shift = 0, end = Infinity }) {
    this.known.set(name, { maps, lines, shift, end });
  }

  /** {name, line, column, lines} of a place in compiled text, or null. */
  find(name, line, column) {
    const source = this.known.get(name), place = source && originalPlace(source.maps, { line, column });
    return place ? { name, line: place.line - source.shift, column: place.column, lines: source.lines } : null;
  }

  /** True of a place in what the kernel puts around a cell. */
  isWrapping(name, line) {
    return line > (this.known.get(name)?.end ?? Infinity);
  }
}

/**
 * {ename, evalue, traceback} as the protocol wants of anything that was thrown.
 *
 * - **about** – a line above, such as what kind of error it is
 */
function describeError(error, sources, { about } = {}) {
  const isError = error instanceof Error || Object.prototype.toString.call(error) === "[object Error]";
  const ename = isError ? safely(() => String(error.name || "Error")) : `thrown ${error === null ? "null" : typeof error}`;
  const evalue = isError ? safely(() => String(error.message)) : safely(() => (typeof error === "string" ? error : inspect(error)));
  let first = null;
  const lines = safely(() => inspect(error, { colors: false })).split("\n").flatMap((line) => {
    if (!FRAME.test(line)) return [line];
    const [, name, row, column] = PLACE.exec(line) ?? [];
    if (name === undefined) return /\(native|<anonymous>/.test(line) ? [line] : [];
    if (INTERNAL.test(name) || sources.isWrapping(name, Number(row))) return [];
    const place = sources.find(name, Number(row), Number(column));
    if (!place) return [line];
    first ??= place.lines && place;
    return [line.replace(PLACE, `${name}:${place.line}:${place.column}`)];
  });
  if (!isError) lines.splice(0, lines.length, `${ename}: ${evalue}`);
  const excerpt = first ? showPlace(first) : [];
  const frames = lines.findIndex((line) => FRAME.test(line)), head = lines.slice(0, frames < 0 ? lines.length : frames), rest = lines.slice(head.length);
  const traceback = [...(about ? [about] : []), ...head.map((line) => `${RED}${line}${PLAIN}`), ...excerpt, ...rest.map((line) => (FRAME.test(line) ? `${DIM}${line}${PLAIN}` : line))];
  return { ename, evalue: about ? `${about}: ${evalue}` : evalue, traceback };
}

/** The same of what the compiler found: [{start, end, messageText, code, fileName}] with lines and characters from 0. */
function describeDiagnostics(diagnostics, source) {
  const lines = source.split("\n"), last = { line: lines.length - 1, character: lines.at(-1).length };
  const inside = (place) => (place.line > last.line ? last : place); // tslab appends a line
  const traceback = [], places = diagnostics.map(({ fileName, start }) => `${fileName ? `${fileName} ` : ""}${inside(start).line + 1}:${inside(start).character + 1}`);
  for (const [k, { fileName, start, end, messageText, code }] of diagnostics.entries()) {
    traceback.push(`${RED}${places[k]} - ${messageText}${PLAIN}${DIM} TS${code}${PLAIN}`);
    const { line, character } = inside(start);
    if (!fileName) traceback.push(...showPlace({ line: line + 1, column: character + 1, length: end.line === start.line ? end.character - start.character : 1, lines }));
  }
  const isSyntax = diagnostics[0].code >= 1000 && diagnostics[0].code < 2000;
  return { ename: isSyntax ? "SyntaxError" : "TypeScriptError", evalue: `${places[0]} - ${diagnostics[0].messageText}`, traceback };
}

/** Number of the latest cell in an error's stack, or null: the cell that started what failed. */
function culpritOf(error) {
  const numbers = [...safely(() => String(error?.stack)).matchAll(/In\[(\d+)\]/g)].map(([, number]) => Number(number));
  return numbers.length > 0 ? Math.max(...numbers) : null;
}

function showPlace({ line, column, length = 1, lines }) {
  const text = lines[line - 1];
  if (text === undefined || text.length > 500) return [];
  const margin = `${line} | `;
  return [`${BOLD}${margin}${PLAIN}${text}`, `${" ".repeat(margin.length)}${text.slice(0, column - 1).replace(/\S/g, " ")}${RED}${"^".repeat(Math.max(1, length))}${PLAIN}`];
}

function safely(tell) {
  try {
    return tell();
  } catch {
    return "(an error that cannot be shown)";
  }
}

module.exports = { Interrupted, ProcessExit, Sources, culpritOf, describeError, describeDiagnostics };
