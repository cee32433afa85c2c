import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cellSignal } from "../tensor/cell-signal";
import type { StudyPlan } from "./profiles";
import { repositoryRoot } from "./repository";

/**
 * Draws the data of a plan if they are not there; takes minutes for the larger scales.
 *
 * Throws if drawing fails, with the last line of what it said.
 */
export async function ensureData({ models, data }: StudyPlan, signal: AbortSignal | undefined = cellSignal()): Promise<void> {
  if (!data || models.every((model) => existsSync(model.train) && existsSync(model.val))) return;
  const script = join(repositoryRoot(), "data-scripts/dist/scenes/prepare.js");
  if (!existsSync(script)) throw new Error(`ensureData: missing build: ${script}; expected the result of npm run setup`);
  const { folder, train, val } = data, child = spawn(process.execPath, [script, "--out", folder, "--train", String(train), "--val", String(val)], { stdio: ["ignore", "ignore", "pipe"], signal });
  let errors = "";
  child.stderr.on("data", (text: Buffer) => (errors = (errors + text.toString()).slice(-2000)));
  const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`ensureData: failed: ${errors.trim().split("\n").pop() || `exit code ${code}`}; try npx zsq data`);
}
