"use strict";

/** The object that holds what cells declare. Imports arrive as getters, which later cells could not assign to: their values are taken. */
function createExports() {
  const values = {};
  return new Proxy(values, {
    defineProperty(_, name, attributes) {
      if (name !== "__esModule") values[name] = attributes.get ? attributes.get() : attributes.value;
      return true;
    },
  });
}

module.exports = { createExports };
