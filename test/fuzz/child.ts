// Reads files that the parent names, one a line, and answers what became of each.
import { createInterface } from "node:readline";
import { existsSync } from "node:fs";
import { FormatError } from "zsq/dist/weights/format-error";
import { openSafetensors } from "zsq/dist/weights/safetensors";
import { openTorch } from "zsq/dist/weights/torch/torch-file";
import { createHash } from "node:crypto";

const canary = process.argv[2];

// the names and contents of all tensors
function digest(path: string): string {
  const file = path.endsWith(".safetensors") ? openSafetensors(path) : openTorch(path, { limits: {} }), hash = createHash("sha256");
  try {
    for (const [name, { dtype, shape }] of file.tensors) hash.update(`${JSON.stringify(name)} ${dtype} ${shape.join()} `).update(file.read(name).bytes);
  } finally {
    file.close();
  }
  return hash.digest("hex");
}

createInterface({ input: process.stdin }).on("line", (path) => {
  const start = performance.now();
  let answer: string;
  try {
    answer = `read ${digest(path)}`;
  } catch (error) {
    answer = error instanceof FormatError && error.message.length <= 500 && error.file === path ? `refused ${error.code}` : `untyped ${String((error as Error).stack).split("\n").slice(0, 2).join(" ")}`;
  }
  if (existsSync(canary) || "polluted" in {}) answer = "side-effect";
  process.stdout.write(`${JSON.stringify({ path, answer, ms: performance.now() - start })}\n`);
});
