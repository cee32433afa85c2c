"use strict";
const { SourceMap } = require("node:module");

const COMMENT = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

/** {code, map}: the text without the map that stands in its last comment, and that map as text in base64 (null if none). */
function takeInlineMap(text) {
  const match = COMMENT.exec(text);
  return match ? { code: text.slice(0, match.index), map: match[1] } : { code: text, map: null };
}

function decodeInlineMap(base64) {
  return base64 === null ? null : new SourceMap(JSON.parse(Buffer.from(base64, "base64").toString()));
}

/** Where a place of the compiled text comes from, through `maps` in order: {line, column} from 1; null where nothing is known. */
function originalPlace(maps, { line, column }) {
  let place = { line: line - 1, column: column - 1 };
  for (const map of maps) {
    const entry = map?.findEntry(place.line, place.column);
    if (entry?.originalLine === undefined) return null;
    place = { line: entry.originalLine, column: entry.originalColumn };
  }
  return { line: place.line + 1, column: place.column + 1 };
}

module.exports = { takeInlineMap, decodeInlineMap, originalPlace };
