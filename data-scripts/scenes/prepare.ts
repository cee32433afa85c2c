#!/usr/bin/env node
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { contactSheet } from "./contact-sheet";
import { writeAtomically } from "./files";
import { prepareScenes } from "./prepare-scenes";
import { showProgress } from "./progress";
import { Manifest } from "./store";
import { DOMAINS } from "./types";

/** Exit codes of the command: done, failed, wrong use. */
const DONE = 0, FAILED = 1, MISUSED = 2;

class Misuse extends Error {}

function parse(args: string[]) {
  return yargs(args)
    .scriptName("prepare")
    .usage("$0 [options]\n\nDraws street scenes in two domains, as PNG files with COCO annotations.")
    .option("out", { type: "string", default: "data/scenes", describe: "folder of the data set" })
    .option("seed", { type: "number", default: 1, describe: "seed of everything drawn" })
    .option("train", { type: "number", default: 3000, describe: "training images of each domain" })
    .option("val", { type: "number", default: 300, describe: "validation images of each domain" })
    .option("domain", { choices: [...DOMAINS, "both"] as const, default: "both" as const, describe: "what to draw" })
    .option("jobs", { type: "number", describe: "threads [default: number of cores]" })
    .option("contact-sheet", { type: "string", describe: "also write a picture of examples (PNG) to this file" })
    .strict().version(false).help().exitProcess(false)
    .check((argv) => {
      const repeated = Object.entries(argv).find(([name, value]) => name !== "_" && Array.isArray(value));
      if (repeated) throw new Error(`invalid --${repeated[0]}: ${String(repeated[1])}; expected one value`);
      return true;
    })
    .fail((message, error) => { throw new Misuse(`prepare: ${(message ?? error.message).split("\n").join(" ").replace(/\s+/g, " ")}; try --help`); })
    .parseSync();
}

function report({ parts }: Manifest): string {
  return Object.entries(parts).map(([name, { images, annotations, categories, sha256 }]) => {
    const counts = Object.entries(categories).map(([category, n]) => `${category} ${n}`).join(", ");
    return `${name}: ${images} images, ${annotations} boxes (${counts}), sha256 ${sha256}`;
  }).join("\n");
}

async function main(args: string[]): Promise<number> {
  const options = parse(args), started = Date.now(), progress = showProgress();
  if (options.help) return DONE;
  const domains = options.domain === "both" ? DOMAINS : [options.domain];
  try {
    const { manifest, kept, drawn } = await prepareScenes({ ...options, domains, onProgress: progress.update });
    progress.stop();
    const time = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${report(manifest)}\n${options.out}: ${drawn} images drawn, ${kept} kept, ${time} s\n`);
  } finally {
    progress.stop();
  }
  if (options.contactSheet) await writeAtomically(options.contactSheet, await contactSheet({ seed: options.seed, domains, colours: 256 }));
  return DONE;
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  process.once(signal, () => {
    process.stderr.write(`\nprepare: stopped by ${signal}; run the same command to go on\n`);
    process.exit(code);
  });
}

main(hideBin(process.argv)).then(
  (code) => { process.exitCode = code; },
  (error: Error) => {
    const message = error.message.split("\n")[0];
    process.stderr.write(`${/^(prepare|drawScene)\w*: /.test(message) ? "" : "prepare: "}${message}\n`);
    process.exitCode = error instanceof Misuse || error instanceof RangeError ? MISUSED : FAILED;
  },
);
