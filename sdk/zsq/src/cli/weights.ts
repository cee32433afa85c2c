import { existsSync } from "node:fs";
import type { CommandModule } from "yargs";
import { Architecture } from "../nn/architecture";
import { loadDetector } from "../weights/checkpoint";
import { readCard } from "../weights/checkpoint-card";
import { sha256OfFile } from "../weights/checksum";
import { readSafetensors } from "../weights/safetensors";

interface WeightsArguments { action: "inspect" | "verify"; file: string; json: boolean }

export const weightsCommand: CommandModule<object, WeightsArguments> = {
  command: "weights <action> <file>",
  describe: "inspect or verify a checkpoint",
  builder: (yargs) => yargs
    .positional("action", { choices: ["inspect", "verify"] as const, demandOption: true, describe: "list the tensors, or check file, card and architecture" })
    .positional("file", { type: "string", demandOption: true, describe: "safetensors file" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: ({ action, file, json }) => {
    if (!existsSync(file)) throw new Error(`weights: missing file: ${file}; expected a safetensors file`);
    const result = action === "inspect" ? inspect(file) : verify(file);
    process.stdout.write(`${json ? JSON.stringify(result, null, 2) : result.text}\n`);
  },
};

function inspect(file: string): { text: string; tensors: { name: string; shape: readonly number[] }[]; metadata: Record<string, string> } {
  const { tensors, metadata } = readSafetensors(file);
  const list = [...tensors].map(([name, { shape }]) => ({ name, shape }));
  return { tensors: list, metadata: Object.fromEntries(metadata), text: list.map(({ name, shape }) => `${name} [${shape}]`).join("\n") };
}

function verify(file: string): { text: string; sha256: string; card: boolean; parameters: number; batchNorms: number; sizeMiB: number; map: number | null } {
  const detector = loadDetector(file);
  const architecture = new Architecture(detector.config);
  detector.dispose();
  const [card, sha256] = [readCard(file), sha256OfFile(file)];
  const facts = { sha256, card: card !== null, parameters: architecture.parameterCount, batchNorms: architecture.ofKind("batchNorm").length, sizeMiB: architecture.sizeMiB(32), map: card?.map ?? null };
  const text = [
    `${file}: complete, finite, ${card ? "as its card says" : "without a card"}`,
    `sha256 ${sha256}`,
    `${facts.parameters} parameters, ${facts.batchNorms} batch-norm layers, ${facts.sizeMiB.toFixed(1)} MiB${facts.map === null ? "" : `, mAP ${facts.map.toFixed(4)}`}`,
  ].join("\n");
  return { text, ...facts };
}
