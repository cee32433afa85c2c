import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";

/** Path of a file in test/fixtures. */
export const fixture = (...names: string[]): string => join(__dirname, "..", "..", "fixtures", ...names);

/** A JSON file of test/fixtures. */
export const readFixture = <T>(...names: string[]): T => JSON.parse(readFileSync(fixture(...names), "utf8")) as T;

/**
 * Compares a text with its snapshot in test/fixtures/zsq/figures. On a mismatch the new text lies beside it as
 * `<name>-changed.<ending>`: look at it, and with ZSQ_UPDATE_SNAPSHOTS=1 run the test again, which then takes what it gets.
 */
export function assertSnapshot(name: string, ending: string, text: string): void {
  const [expected, changed] = [fixture("zsq", "figures", `${name}.${ending}`), fixture("zsq", "figures", `${name}-changed.${ending}`)];
  if (process.env.ZSQ_UPDATE_SNAPSHOTS === "1") writeFileSync(expected, text);
  if (existsSync(expected) && readFileSync(expected, "utf8") === text) return rmSync(changed, { force: true });
  writeFileSync(changed, text);
  assert.fail(`${expected} ${existsSync(expected) ? "differs" : "is missing"}; see ${changed}; ZSQ_UPDATE_SNAPSHOTS=1 takes it`);
}
