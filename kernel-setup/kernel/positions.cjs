"use strict";

/**
 * Between positions as a client counts them and offsets in UTF-16 units, as JavaScript counts: {offset, positionOf(offset)}.
 *
 * The protocol counts code points. VS Code counts UTF-16 units: seen where its position lies behind the last code point.
 */
function positionsIn(text, position) {
  if (position > [...text].length) return { offset: Math.min(position, text.length), positionOf: (offset) => offset };
  return { offset: [...text].slice(0, position).join("").length, positionOf: (offset) => [...text.slice(0, offset)].length };
}

module.exports = { positionsIn };
