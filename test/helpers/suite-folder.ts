import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for all tests of a suite, removed after them; call inside describe. */
export function suiteFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "zsq-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
