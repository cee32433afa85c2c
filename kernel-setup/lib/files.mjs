import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { paths } from "./paths.mjs";

/** Writes a file so that a reader sees the old text or the new one, never a part. */
export function writeWhole(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, content);
  fs.renameSync(temporary, file);
}

/** A fresh empty folder under `.zsq/tmp`; the next set-up sweeps what is left there. */
export function temporaryFolder(name) {
  fs.mkdirSync(paths.temporary, { recursive: true });
  return fs.mkdtempSync(path.join(paths.temporary, `${name}-`));
}

/** Parsed JSON of a file, or null when it is missing or damaged. */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** SHA-256 (hex) over texts and buffers in order; a missing file given as null counts as empty. */
export function sha256(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part ?? "").update("\0");
  return hash.digest("hex");
}
