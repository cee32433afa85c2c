import { CocoEvalError, type Source } from "./errors";
import { findJsonFault } from "./json-fault";

// a text that no COCO file holds, in the place of NaN until JSON.parse is done
const NAN = "\u0000NaN";

/**
 * Parses JSON. Throws CocoEvalError with place, line and column where the text is no JSON.
 *
 * - **python** – also takes NaN, Infinity and -Infinity, as Python's json does; defaults to false
 */
export function parseJson(text: string, source: Source, { python = false } = {}): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (python && /NaN|Infinity/.test(text)) return parsePython(text, source);
    throw located(text, source, error);
  }
}

function parsePython(text: string, source: Source): unknown {
  const replaced = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) => {
    if (token.startsWith('"')) return token;
    if (token === "NaN") return JSON.stringify(NAN);
    return token === "Infinity" ? "1e999" : "-1e999"; // beyond the largest double
  });
  try {
    return JSON.parse(replaced, (_, value: unknown) => (value === NAN ? NaN : value));
  } catch (error) {
    throw located(replaced, source, error);
  }
}

function located(text: string, source: Source, error: unknown): CocoEvalError {
  const fault = findJsonFault(text);
  if (!fault) return new CocoEvalError("invalid", source, "", String((error as Error).message), "JSON");
  const before = text.slice(0, fault.offset), line = before.split("\n").length, column = fault.offset - before.lastIndexOf("\n");
  return new CocoEvalError("invalid", source, fault.pointer, fault.received, `${fault.expected} at line ${line}, column ${column}`);
}
