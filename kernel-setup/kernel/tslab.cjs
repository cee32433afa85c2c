"use strict";
const path = require("node:path");

/*
 * The parts of the installed tslab that the kernel is made of: the incremental compiler of cells, the scanner of
 * directives, completion, hover texts, the display API. TypeScript's functions that tslab calls can be replaced in
 * `replace`, before the first use; nothing in node_modules is changed.
 */
const folder = path.dirname(require.resolve("tslab/package.json"));
const part = (name) => require(path.join(folder, "dist", `${name}.js`));

const typescriptFile = require.resolve("@tslab/typescript-for-tslab", { paths: [folder] });
const original = require(typescriptFile);
const typescript = { ...original }; // the original's properties cannot be assigned
require.cache[typescriptFile].exports = typescript;

module.exports = {
  typescript,
  original,
  get converter() { return part("converter"); },
  get jupyter() { return part("jupyter"); },
  get metadata() { return part("metadata"); },
  get inspect() { return part("inspect"); },
  publicFile: path.join(folder, "dist", "public.js"),
};
