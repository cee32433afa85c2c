"use strict";
const { inspect } = require("node:util");

const DISPLAY = Symbol.for("Jupyter.display"); // what Deno's kernel asks objects for, too

/** {data, metadata} of a value: the bundle that its method `[Symbol.for("Jupyter.display")]` gives, and its text as Node shows it. */
function richForm(value) {
  const text = () => inspect(value, { colors: false });
  const bundle = typeof value?.[DISPLAY] === "function" ? value[DISPLAY]() : {};
  return { data: { ...("text/plain" in bundle ? {} : { "text/plain": text() }), ...bundle }, metadata: {} };
}

module.exports = { richForm };
