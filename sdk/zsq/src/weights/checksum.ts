import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { oneLine } from "./parse-json";

/** SHA-256 of a file's bytes, 64 lower-case hexadecimal digits; read in pieces. Throws one line if it cannot be read. */
export function sha256OfFile(path: string): string {
  const hash = createHash("sha256");
  const piece = new Uint8Array(1 << 20);
  try {
    const file = openSync(path, "r");
    try {
      for (let got; (got = readSync(file, piece)) > 0; ) hash.update(piece.subarray(0, got));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new Error(`sha256OfFile: missing ${path}: ${oneLine((error as Error).message)}; expected a readable file`);
  }
  return hash.digest("hex");
}
