import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for the tests of the enclosing describe, removed after them; call it there, use the result in tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "zsq-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
