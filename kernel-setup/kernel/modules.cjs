"use strict";
const path = require("node:path");
const vm = require("node:vm");
const { publicFile } = require("./tslab.cjs");
const { requireFrom } = require("./packages.cjs");

/**
 * The modules that a notebook imports: packages, and TypeScript or JavaScript files beside it, which are compiled with the
 * cell. A file that has changed is loaded anew at its next import, and so is what imports it.
 */
class Modules {
  constructor(folder) {
    this.folder = folder;
    this.compiled = new Map(); // path -> text
    this.loaded = new Map(); // path -> module
    this.importers = new Map(); // path -> paths of the files that import it
    this.require = this.requireOf(folder, null);
  }

  /** Takes newly compiled files: [{path, data}]. */
  update(files) {
    for (const { path: file, data } of files) {
      this.forget(file);
      this.compiled.set(file, data);
    }
  }

  forget(file, seen = new Set()) {
    if (seen.has(file)) return;
    seen.add(file);
    this.loaded.delete(file);
    for (const importer of this.importers.get(file) ?? []) this.forget(importer, seen);
  }

  requireOf(folder, importer) {
    const fallback = requireFrom(folder);
    const load = (name) => {
      if (name === "tslab") return require(publicFile);
      const file = this.fileOf(folder, name);
      if (file === null) return fallback(name);
      if (importer) this.importers.set(file, (this.importers.get(file) ?? new Set()).add(importer));
      return (this.loaded.get(file) ?? this.load(file)).exports;
    };
    return Object.assign(load, { resolve: fallback.resolve, cache: fallback.cache, main: fallback.main });
  }

  fileOf(folder, name) {
    if (!/^[./]/.test(name)) return null;
    const file = path.resolve(folder, name);
    return [file, `${file}.js`, path.join(file, "index.js"), file.replace(/\.tsx?$/, ".js")].find((known) => this.compiled.has(known)) ?? null;
  }

  load(file) {
    const module = { exports: {}, id: file, filename: file, loaded: false };
    this.loaded.set(file, module);
    try {
      const wrapped = `(function (exports, require, module, __filename, __dirname) { ${this.compiled.get(file)}\n})`;
      const run = new vm.Script(wrapped, { filename: file }).runInThisContext();
      run.call(module.exports, module.exports, this.requireOf(path.dirname(file), file), module, file, path.dirname(file));
      module.loaded = true;
    } catch (error) {
      this.loaded.delete(file);
      throw error;
    }
    return module;
  }
}

module.exports = { Modules };
