"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");
const declarations = require("./declarations.cjs");
const { original: ts } = require("./tslab.cjs");

const root = path.resolve(__dirname, "..", "..");

/** Lets the compiler find this repository's packages from a notebook that lies elsewhere; packages beside the notebook come first. */
function findPackagesFromAnywhere(folder = process.cwd()) {
  if (`${folder}/`.startsWith(`${root}/`)) return;
  const local = `${path.join(folder, "node_modules")}/`, ours = `${path.join(root, "node_modules")}/`;
  const forward = (name) => (`${name}/`.startsWith(local) && !fs.existsSync(name) ? path.join(ours, name.slice(local.length)) : name);
  for (const name of ["fileExists", "directoryExists", "readFile", "realpath", "getDirectories", "getModifiedTime"]) {
    const known = ts.sys[name];
    ts.sys[name] = (file, ...rest) => known.call(ts.sys, forward(file), ...rest);
  }
}

/** Keeps the compiler from flat declarations older than the build; it then reads those of each module, which say the same. */
function hideStaleDeclarations() {
  const hidden = new Set(declarations.entries.filter((entry) => !declarations.isFresh(entry)).map(({ flat }) => flat));
  if (hidden.size === 0) return;
  const { fileExists } = ts.sys;
  const original = (file) => (file.endsWith("/flat.d.ts") && fs.existsSync(file) ? fs.realpathSync(file) : file);
  ts.sys.fileExists = (file) => !hidden.has(original(file)) && fileExists.call(ts.sys, file);
}

/** `require` of a file in `folder`, which finds this repository's packages where the folder has none. */
function requireFrom(folder) {
  const own = createRequire(path.join(folder, "cell.js")), ours = createRequire(path.join(root, "cell.js"));
  const resolve = (name, options) => {
    try {
      return own.resolve(name, options);
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND" || /^[./]/.test(name)) throw error;
      return ours.resolve(name, options);
    }
  };
  return Object.assign((name) => own(name.startsWith("node:") ? name : resolve(name)), own, { resolve });
}

module.exports = { findPackagesFromAnywhere, hideStaleDeclarations, requireFrom };
