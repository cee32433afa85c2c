"use strict";
const { original: ts, typescript, converter, metadata, inspect } = require("./tslab.cjs");
const { guardCancellation } = require("./guard.cjs");
const { watchNeighbours } = require("./neighbours.cjs");
const { findPackagesFromAnywhere, hideStaleDeclarations } = require("./packages.cjs");
const { decodeInlineMap, takeInlineMap } = require("./source-map.cjs");

const STRICT = /^\s*\/\/\s*@strict\s*$/m;

let strict = false;
let isEarlier = () => false; // whether an earlier cell has declared a name
const mapsOfOutput = new Map(); // compiled text -> [map to the emitted module, map of that to the cell]

const neighbours = watchNeighbours();
hideStaleDeclarations();
findPackagesFromAnywhere();

// tslab fixes the compiler's options; ours: maps, so that errors tell the cell's own lines, and strict types on request.
typescript.createWatchCompilerHost = (files, options, ...rest) => {
  const host = ts.createWatchCompilerHost(files, { ...options, inlineSourceMap: true, strict }, ...rest);
  const { setTimeout } = host;
  // tslab knows one timer, that of the next compilation; the other one, for modules that were missing, need not wait.
  host.setTimeout = (work, ...rest) => (work.name === "invalidateResolutionsOfFailedLookup" ? void work() : setTimeout(work, ...rest));
  return host;
};

// tslab's second step, from ES modules to CommonJS: here loops and awaits learn to stop.
typescript.transpileModule = (text, options) => {
  const { code, map } = takeInlineMap(text);
  const { outputText } = ts.transpileModule(code, {
    ...options,
    compilerOptions: { ...options.compilerOptions, inlineSourceMap: true },
    transformers: { before: [guardCancellation((name) => isEarlier(name))] },
  });
  const output = takeInlineMap(outputText);
  mapsOfOutput.set(output.code, [output.map, map]);
  return { outputText: output.code };
};

/** Compiles cells one after the other; what earlier cells declared (`isDeclared(name)`) is known to later ones. One to a process. */
class Compiler {
  constructor(isDeclared) {
    isEarlier = isDeclared;
    this.declarations = "";
    this.start();
  }

  start() {
    this.converter?.close();
    this.converter = converter.createConverter({ isJS: false, isBrowser: false });
  }

  /**
   * Returns {diagnostics} when the cell has errors, else {code, isAsync, valueName, modules: [{path, data}], maps, keep}; `keep()` takes the
   * cell's declarations over, once it has run.
   */
  compile(source) {
    if (STRICT.test(source) && !strict) {
      strict = true;
      this.start();
    }
    const directives = metadata.getCodeMetadata(source);
    neighbours.check();
    if (directives.module) return { diagnostics: this.converter.addModule(directives.module, source, directives), code: "", modules: [], keep() {} };
    mapsOfOutput.clear();
    const { diagnostics, output = "", declOutput = "", hasToplevelAwait, sideOutputs = [], lastExpressionVar } = this.converter.convert(this.declarations, source);
    return {
      diagnostics,
      code: output,
      isAsync: hasToplevelAwait || /\bfor await\b/.test(output), // tslab does not see the latter
      valueName: lastExpressionVar,
      modules: sideOutputs.map((module) => ({ ...module, maps: decode(module.data) })),
      maps: decode(output),
      keep: () => { this.declarations = declOutput; },
    };
  }

  /** Completions at an offset: {start, end, entries: [{name, kind}]}. */
  complete(source, offset) {
    neighbours.check();
    const { start, end, candidates, original: info } = this.converter.complete(this.declarations, source, offset);
    const kinds = new Map(info?.entries.map(({ name, kind }) => [name, kind]));
    return { start, end, entries: candidates.map((name) => ({ name, kind: kinds.get(name) })) };
  }

  /** Signature and documentation of what stands at an offset, or null. */
  inspect(source, offset) {
    neighbours.check();
    const info = this.converter.inspect(this.declarations, source, offset);
    return info ? inspect.printQuickInfo(info) : null;
  }

  close() {
    this.converter.close();
  }
}

/** {status: "complete" | "incomplete" | "invalid", indent?} of text that a console may send or go on with. */
function completeness(source) {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest, true);
  if (file.parseDiagnostics.length === 0) return { status: "complete" };
  const atEnd = file.parseDiagnostics.some(({ start, length, code }) => start + length >= source.trimEnd().length && (code === 1005 || code === 1160 || code === 1109 || code === 1010 || code === 1126 || code === 1003));
  if (!atEnd) return { status: "invalid" };
  if (/\n\s*\n\s*$/.test(source)) return { status: "complete" }; // two empty lines: run it as it is, and see the error
  const line = source.match(/[^\n]*$/)[0], indent = line.match(/^\s*/)[0];
  return { status: "incomplete", indent: /[{([]\s*$/.test(line) ? `${indent}  ` : indent };
}

const decode = (output) => mapsOfOutput.get(output)?.map(decodeInlineMap) ?? [];

module.exports = { Compiler, completeness, version: ts.version };
