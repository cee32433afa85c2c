"use strict";

/** Offset in UTF-16 units, as JavaScript counts, of a position in code points, as the protocol counts. */
const offsetOf = (text, position) => [...text].slice(0, position).join("").length;

/** The reverse. */
const positionOf = (text, offset) => [...text.slice(0, offset)].length;

module.exports = { offsetOf, positionOf };
