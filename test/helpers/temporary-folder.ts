import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives every test of a suite an empty folder; call inside describe, read `path` inside the tests (elsewhere it throws: see suiteFolder). */
export function temporaryFolder(): { readonly path: string } {
  let path: string | null = null;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), "zsq-test-"));
  });
  afterEach(() => {
    rmSync(path!, { recursive: true, force: true });
    path = null;
  });
  return {
    get path() {
      if (path === null) throw new Error("temporaryFolder: read outside of a test");
      return path;
    },
  };
}
