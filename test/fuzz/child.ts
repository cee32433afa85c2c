// Reads what the parent names, one question a line, and answers what became of each.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { flirSplits } from "data-scripts/dist/flir/layout";
import { readCocoJson } from "zsq/dist/datasets/coco-json";
import { decodeImage } from "zsq/dist/datasets/decode-image";
import { FormatError } from "zsq/dist/weights/format-error";
import { openSafetensors } from "zsq/dist/weights/safetensors";
import { openTorch } from "zsq/dist/weights/torch/torch-file";
import { canonical, tensorsDigest } from "./digest";
import type { Question } from "./reader";

const canary = process.argv[2], LINE = /^(readCocoJson|flirSplits|decodeImage): (missing|damaged|invalid|unknown|unsupported) .{1,900}; expected [^\n]+$/;

// what was read, in few digits
async function digest({ kind, path, select, shape }: Question): Promise<string> {
  if (kind === "image") return createHash("sha256").update(await decodeImage(path, shape!, path.endsWith(".tiff") ? { window: [0, 65_535] } : {})).digest("hex");
  if (kind === "coco") return canonical(readCocoJson(path));
  if (kind === "flir") return flirDigest(path);
  const file = path.endsWith(".safetensors") ? openSafetensors(path) : openTorch(path, { select });
  try {
    return tensorsDigest([...file.tensors.keys()].map((name) => [name, file.read(name)]));
  } finally {
    file.close();
  }
}

// the splits, if they are sound: every annotation of an image that is there and of three classes, none lost
function flirDigest(folder: string): string {
  const splits = flirSplits(folder);
  for (const { coco, dropped, found } of splits) {
    const images = new Set(coco.images.map(({ id }) => id)), left = Object.values(dropped).reduce((a, b) => a + b, 0);
    if (coco.annotations.length + left !== found.annotations || coco.annotations.some(({ image_id, category_id, id }, i) => !images.has(image_id) || ![1, 2, 3].includes(category_id) || id !== i + 1)) return "unsound";
  }
  return canonical(splits.map(({ coco, dropped, found }) => ({ coco, dropped, found })));
}

const isTyped = (error: unknown, { kind, path }: Question): boolean =>
  kind === "weights" ? error instanceof FormatError && error.message.length <= 500 && error.file === path : error instanceof Error && LINE.test(error.message);

async function answer(question: Question): Promise<{ outcome: string; detail: string }> {
  try {
    return { outcome: "read", detail: await digest(question) };
  } catch (error) {
    if (isTyped(error, question)) return { outcome: "refused", detail: (error as Error).message };
    return { outcome: "untyped", detail: String((error as Error).stack).split("\n").slice(0, 2).join(" ") };
  }
}

process.stdout.write("ready\n");
createInterface({ input: process.stdin }).on("line", (line) => {
  const start = performance.now();
  void answer(JSON.parse(line) as Question).then((result) => {
    if (existsSync(canary) || "polluted" in {}) result.outcome = "side-effect";
    const mib = Math.round(process.resourceUsage().maxRSS / 1024);
    process.stdout.write(`${JSON.stringify({ ...result, ms: Math.round(performance.now() - start), mib })}\n`);
  });
});
