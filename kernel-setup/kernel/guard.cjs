"use strict";
const { original: ts } = require("./tslab.cjs");
const { Interrupted } = require("./errors.cjs");
const { FLAG } = require("./interrupt-state.cjs");

/*
 * Compiled cells can be stopped: the body of each loop begins with `__check__()`, and `await x` has become
 * `__resume__(__epoch__(), await x)`. Both throw an ordinary error, so that `finally` blocks run.
 */
let epoch = 0; // counts interrupts: what awaited before the last one does not go on

/**
 * A transformer of TypeScript's that puts the calls in, and writes `{ name }` out as `{ name: exports.name }` where an earlier
 * cell has declared the name (tslab leaves that out).
 */
const guardCancellation = (isEarlier) => (context) => {
  const { factory } = context;
  const call = (name, ...args) => factory.createCallExpression(factory.createIdentifier(name), undefined, args);
  const guarded = (body) => factory.createBlock([factory.createExpressionStatement(call("__check__")), ...(ts.isBlock(body) ? body.statements : [body])], true);
  const visit = (node) => {
    const seen = ts.visitEachChild(node, visit, context);
    if (ts.isShorthandPropertyAssignment(seen) && isEarlier(seen.name.text) && !isLocal(node, seen.name.text)) {
      return factory.createPropertyAssignment(seen.name.text, factory.createPropertyAccessExpression(factory.createIdentifier("exports"), seen.name.text));
    }
    if (ts.isAwaitExpression(seen)) return call("__resume__", call("__epoch__"), seen);
    if (ts.isWhileStatement(seen)) return factory.updateWhileStatement(seen, seen.expression, guarded(seen.statement));
    if (ts.isDoStatement(seen)) return factory.updateDoStatement(seen, guarded(seen.statement), seen.expression);
    if (ts.isForStatement(seen)) return factory.updateForStatement(seen, seen.initializer, seen.condition, seen.incrementor, guarded(seen.statement));
    if (ts.isForOfStatement(seen)) return factory.updateForOfStatement(seen, seen.awaitModifier, seen.initializer, seen.expression, guarded(seen.statement));
    if (ts.isForInStatement(seen)) return factory.updateForInStatement(seen, seen.initializer, seen.expression, guarded(seen.statement));
    return seen;
  };
  return (file) => ts.visitNode(file, visit);
};

function isLocal(node, name) {
  for (let scope = node; scope; scope = scope.parent) if (scope.locals?.has(name)) return true;
  return false;
}

/** Defines the functions that compiled code calls; `state` is shared with the interrupt thread, whose flag a loop sees at once. */
function installGuards(state) {
  const define = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, enumerable: false });
  define("__check__", () => { if (Atomics.load(state, FLAG) === 1) throw new Interrupted(); });
  define("__epoch__", () => epoch);
  define("__resume__", (then, value) => {
    if (then !== epoch || Atomics.load(state, FLAG) === 1) throw new Interrupted();
    return value;
  });
}

/** Nothing that awaits now goes on. */
function nextEpoch() {
  epoch += 1;
}

module.exports = { guardCancellation, installGuards, nextEpoch };
