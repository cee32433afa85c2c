import { existsSync } from "node:fs";
import type { CommandModule } from "yargs";
import { readParityFixture } from "../parity/fixture";
import { torchvisionParity } from "../parity/torchvision-parity";
import { Architecture } from "../nn/architecture";
import type { Detector } from "../nn/detector";
import { loadDetector } from "../weights/checkpoint";
import { readCard } from "../weights/checkpoint-card";
import { sha256OfFile } from "../weights/checksum";
import { openSafetensors } from "../weights/safetensors";
import { OPAQUE_CLASSES } from "../weights/torch/globals";
import { openTorch, type OpenTorchOptions } from "../weights/torch/torch-file";
import { convertTorchvision, loadTorchvision, stateDictDifference } from "../weights/torchvision";
import { UsageError } from "./report-error";

type Action = "inspect" | "convert" | "verify";
interface WeightsArguments { action: Action; file: string; to?: string; fixture?: string; select?: string; json: boolean }
type Result = Record<string, unknown> & { text: string };

export const weightsCommand: CommandModule<object, WeightsArguments> = {
  command: "weights <action> <file> [to]",
  describe: "inspect, convert or verify a checkpoint: safetensors of ours, or a .pth of torchvision's retinanet_resnet50_fpn_v2",
  builder: (yargs) => yargs
    .positional("action", { choices: ["inspect", "convert", "verify"] as const, demandOption: true, describe: "list the tensors; write a .pth as safetensors; check file, card, names and numbers" })
    .positional("file", { type: "string", demandOption: true, describe: "checkpoint; whatever does not end in .safetensors is read as torch's" })
    .positional("to", { type: "string", describe: "convert: new file [default: FILE.safetensors]" })
    .option("fixture", { type: "string", requiresArg: true, describe: "verify: compare all outputs with these figures of torchvision" })
    .option("select", { type: "string", requiresArg: true, describe: "key of the weights in a .pth that holds more, such as model" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: ({ action, file, to, fixture, select, json }) => {
    if (!existsSync(file)) throw new Error(`weights: missing file: ${file}; expected a checkpoint`);
    if (to !== undefined && action !== "convert") throw new UsageError(`unknown argument: ${to}; expected it with convert alone`);
    const torch = !file.endsWith(".safetensors") ? { select, opaque: select === undefined ? [] : OPAQUE_CLASSES } : null;
    const { text, ...facts } = action === "inspect" ? inspect(file, torch) : action === "convert" ? convert(file, to, torch) : verify(file, torch, fixture);
    process.stdout.write(`${json ? JSON.stringify(facts, null, 2) : text}\n`);
    if (facts.passed === false) throw new Error(`weights: ${String(facts.failed)} comparisons of ${file} with ${fixture} failed; expected none`);
  },
};

function inspect(file: string, torch: OpenTorchOptions | null): Result {
  const opened = torch ? openTorch(file, torch) : openSafetensors(file);
  opened.close();
  const tensors = [...opened.tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape })), list = tensors.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape}]`);
  if (!torch) return { tensors, metadata: Object.fromEntries(opened.metadata), text: list.join("\n") };
  const difference = stateDictDifference(opened.tensors);
  const told = [
    ...difference.missing.map((name) => `missing ${name}`), ...difference.unexpected.map((name) => `unexpected ${name}`),
    ...difference.different.map(({ name, received, expected }) => `different ${name}: ${received}; expected ${expected}`),
  ];
  return { tensors, integrity: opened.integrity, difference, text: [...list, `contents ${opened.integrity}; ${told.length} differences from retinanet_resnet50_fpn_v2`, ...told].join("\n") };
}

function convert(file: string, to = `${file.replace(/\.pth?$/, "")}.safetensors`, torch: OpenTorchOptions | null): Result {
  if (!torch) throw new Error(`weights: unsupported file to convert: ${file}; expected a .pth of torchvision`);
  const sha256 = convertTorchvision(file, to, torch);
  return { file: to, sha256, text: `${to}: sha256 ${sha256}` };
}

function verify(file: string, torch: OpenTorchOptions | null, fixture: string | undefined): Result {
  const detector = torch ? loadTorchvision(file, torch) : loadDetector(file);
  try {
    return fixture === undefined ? describe(file, detector, torch !== null) : compare(detector, fixture);
  } finally {
    detector.dispose();
  }
}

function describe(file: string, { config }: Detector, torch: boolean): Result {
  const architecture = new Architecture(config), card = torch ? null : readCard(file), sha256 = sha256OfFile(file);
  const facts = { sha256, card: card !== null, classes: config.classes, parameters: architecture.parameterCount, batchNorms: architecture.ofKind("batchNorm").length, sizeMiB: architecture.sizeMiB(32), map: card?.map ?? null };
  const text = [
    `${file}: complete, finite, ${card ? "as its card says" : "without a card"}`,
    `sha256 ${sha256}`,
    `${facts.classes} classes, ${facts.parameters} parameters, ${facts.batchNorms} batch-norm layers, ${facts.sizeMiB.toFixed(1)} MiB${facts.map === null ? "" : `, mAP ${facts.map.toFixed(4)}`}`,
  ].join("\n");
  return { ...facts, text };
}

function compare(detector: Detector, fixture: string): Result {
  const checks = torchvisionParity(detector, readParityFixture(fixture)).map((check) => ({ ...check, passed: check.difference <= check.tolerance }));
  const failed = checks.filter(({ passed }) => !passed).length;
  const lines = checks.map(({ name, difference, tolerance, passed }) => `${passed ? "equal " : "DIFFER"} ${difference.toExponential(1).padStart(8)} of ${tolerance.toExponential(0)}  ${name}`);
  return { passed: failed === 0, failed, checks, text: [...lines, `${checks.length - failed} of ${checks.length} equal`].join("\n") };
}
