import { createHash } from "node:crypto";
import { constants } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import yargs from "yargs";
import { CocoEvalError } from "./errors";
import { CocoEvaluator } from "./evaluator";
import { formatPerCategory, formatSummary } from "./format";
import { formatConfusion, formatCurves, formatErrors } from "./format-reports";
import { parseJson } from "./parse-json";
import type { Detections, EvaluateOptions, Evaluation, GroundTruth, IouType } from "./types";

interface Arguments {
  gt: string;
  dets: string;
  json: boolean;
  compat: boolean;
  iouType?: IouType;
  params?: string;
  perClass: boolean;
  pr: boolean;
  confusion: boolean;
  errors: boolean;
}

/** The reports beyond the twelve figures, by the options that ask for them. */
const REPORTS = {
  pr: (evaluator: CocoEvaluator) => report(evaluator.curves(), formatCurves),
  confusion: (evaluator: CocoEvaluator) => report(evaluator.confusion(), formatConfusion),
  errors: (evaluator: CocoEvaluator) => report(evaluator.errors(), formatErrors),
};

const report = <R>(result: R, format: (result: R) => string[]): { json: unknown; lines: () => string[] } => ({ json: plain(result), lines: () => format(result) });

// typed arrays as lists, for JSON
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, each: unknown) => (ArrayBuffer.isView(each) ? Array.from(each as Float64Array) : each)));

const parser = yargs(process.argv.slice(2))
  .scriptName("coco-eval")
  .usage("$0 <gt> <dets>\n\nEvaluates detections against ground truth, equal to pycocotools to the last bit.")
  .command("$0 <gt> <dets>", false, (command) => command
    .positional("gt", { type: "string", demandOption: true, describe: "ground truth, COCO JSON" })
    .positional("dets", { type: "string", demandOption: true, describe: "detections, COCO results JSON" }))
  .option("json", { type: "boolean", default: false, describe: "print one JSON object: figures, categories, SHA-256 of the arrays" })
  .option("strict", { type: "boolean", describe: "refuse faulty input (default)" })
  .option("compat", { type: "boolean", default: false, describe: "take faulty input as pycocotools does" })
  .option("iou-type", { choices: ["bbox", "segm", "keypoints"] as const, describe: "what is compared: boxes (default), masks or keypoints" })
  .option("params", { type: "string", requiresArg: true, describe: "JSON file with parameters: iouThrs, maxDets, catIds, ..." })
  .option("per-class", { type: "boolean", default: true, describe: "a table of the categories' AP, AP50 and AR" })
  .option("pr", { type: "boolean", default: false, describe: "the best score threshold by F1, with precision and recall at IoU .5" })
  .option("confusion", { type: "boolean", default: false, describe: "which categories are taken for which, at IoU .5 and scores from .5" })
  .option("errors", { type: "boolean", default: false, describe: "what costs AP50: wrong class, badly placed, found twice, background, missed" })
  .check(({ strict, compat }) => {
    if (strict && compat) throw new Error("coco-eval: invalid options: --strict and --compat; expected one of them");
    return true;
  })
  .example("$0 instances_val.json results.json", "the twelve figures and a table of the categories")
  .epilogue("Exit code: 0 evaluated, 1 failed, 2 wrong usage.")
  .strict()
  .exitProcess(false)
  .fail((message, error) => {
    throw new UsageError(message ?? error.message);
  });

class UsageError extends Error {}

function main(): void {
  let args: Arguments & { help?: unknown; version?: unknown };
  try {
    args = parser.parseSync() as unknown as typeof args;
  } catch (error) {
    return exit(2, `${(error as Error).message}\nTry coco-eval --help.`);
  }
  if (args.help || args.version) return;
  try {
    run(args);
  } catch (error) {
    exit(1, oneLine(error, args));
  }
}

function run(args: Arguments): void {
  const { gt, dets, params, compat, json, iouType } = args;
  const python = { python: compat };
  const options = params === undefined ? {} : (parseJson(readText(params), "params", python) as EvaluateOptions);
  const truth = parseJson(readText(gt), "groundTruth", python) as GroundTruth, detections = parseJson(readText(dets), "detections", python) as Detections;
  if (!Array.isArray(detections)) throw new CocoEvalError("invalid", "detections", "", typeof detections, "a list of {image_id, category_id, bbox, score}");
  const evaluator = new CocoEvaluator(truth, { ...options, ...(iouType && { iouType }), ...(compat && { compat: "pycocotools" }) }).add(detections), evaluation = evaluator.evaluate();
  const reports = Object.entries(REPORTS).filter(([name]) => args[name as keyof typeof REPORTS]).map(([name, make]) => ({ name, ...make(evaluator) }));
  if (json) return print([JSON.stringify({ ...asJson(evaluation), ...Object.fromEntries(reports.map(({ name, json: result }) => [name, result])) })]);
  for (const { message } of evaluation.warnings) process.stderr.write(`warning: ${message}\n`);
  print([...formatSummary(evaluation), ...(args.perClass ? ["", ...formatPerCategory(evaluation.perCategory)] : []), ...reports.flatMap(({ lines }) => ["", ...lines()])]);
}

function readText(file: string): string {
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size > constants.MAX_STRING_LENGTH) throw new Error(`${size} bytes`);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    throw new Error(`coco-eval: invalid ${file}: ${(error as Error).message}; expected a UTF-8 file below 512 MiB`);
  }
}

// columns as pycocotools' users keep them, one entry per category
function asJson({ stats, perCategory, precision, recall, scores, warnings, figures }: Evaluation): object {
  return {
    stats: [...stats],
    perCategory: {
      cat_ids: perCategory.map(({ id }) => id),
      names: perCategory.map(({ name }) => name),
      ap: perCategory.map(({ ap }) => ap),
      ap50: perCategory.map(({ ap50 }) => ap50),
      ar: perCategory.map(({ ar }) => ar),
    },
    precision_sha256: sha256(precision),
    recall_sha256: sha256(recall),
    scores_sha256: sha256(scores),
    absent: Object.fromEntries(figures.filter(({ reason }) => reason !== null).map(({ name, reason }) => [name, reason])),
    warnings,
  };
}

/** SHA-256 of doubles in row-major order, little-endian. */
const sha256 = (values: Float64Array): string => createHash("sha256").update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).digest("hex");

function oneLine(error: unknown, { gt, dets, params }: Arguments): string {
  if (!(error instanceof CocoEvalError)) return (error as Error).message.split("\n")[0];
  return error.at({ groundTruth: gt, detections: dets, params: params ?? "params" }[error.source]);
}

const print = (lines: readonly string[]): void => void process.stdout.write(`${lines.join("\n")}\n`);

function exit(code: number, message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = code;
}

main();
