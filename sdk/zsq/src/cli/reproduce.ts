import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { writeReport } from "../report/report";
import { estimateNotebooks, STUDY_NOTEBOOKS, type NotebookEstimate, type StudyNotebook } from "../study/estimate";
import { paperFiles, paperPlan } from "../study/paper-plan";
import { studyPlan, type ScaleName } from "../study/profiles";
import { repositoryRoot } from "../study/repository";
import { partTasks } from "../runs/study-tasks";
import { drawScenes } from "./data";
import { executorOptions, runAhead, type ExecutorArguments } from "./executor-options";
import { checkPaperArguments, convertWeights, describeDisk, estimateFineTuning, estimatePaper, fineTune, secondsPerImage, verifyDownloads, type PaperArguments } from "./paper";
import { duration } from "./progress";
import { runNotebooks } from "./run-notebooks";
import { UsageError } from "./report-error";

const FINE_TUNING = "fine-tuning";

/** What may take long, and how long: a notebook, or fine-tuning. */
interface Stage { id: StudyNotebook | typeof FINE_TUNING; seconds: number }

interface ReproduceArguments extends PaperArguments, ExecutorArguments { profile: "embedded" | "paper"; scale: "smoke" | "default" | "full"; only?: string; out?: string; seed: number }

export const reproduceCommand: CommandModule<object, ReproduceArguments> = {
  command: "reproduce",
  describe: "data, notebooks and report: regenerate the study",
  builder: (yargs) => executorOptions(yargs)
    .option("profile", { choices: ["embedded", "paper"] as const, default: "embedded" as const, describe: "the study in small, or the paper's own models and data" })
    .option("scale", { choices: ["smoke", "default", "full"] as const, default: "default" as const, describe: "smoke proves that it runs; full uses the paper's counts" })
    .option("only", { type: "string", requiresArg: true, describe: `comma-separated, of ${STUDY_NOTEBOOKS.join(", ")}` })
    .option("out", { type: "string", requiresArg: true, describe: "folder of results and report [default: out]" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "first seed of everything random" })
    .option("coco", { type: "string", requiresArg: true, describe: "paper profile: folder of COCO val2017" })
    .option("flir", { type: "string", requiresArg: true, describe: "paper profile: folder of FLIR ADAS v1.3" })
    .option("weights", { type: "string", requiresArg: true, describe: "paper profile: torchvision's weights, .pth or converted" })
    .option("fineTuned", { alias: "fine-tuned", type: "string", requiresArg: true, describe: "paper profile: weights fine-tuned on FLIR ADAS, 4 classes [default: trained here]" })
    .option("resize", { type: "string", requiresArg: true, describe: "paper profile: SHORTER,LONGER pixels instead of 800,1333, for trials" }),
  handler: async ({ profile, scale, only, out = join(repositoryRoot(), "out"), seed, ...given }) => {
    const chosen = chooseNotebooks(only);
    const steps = new Steps();
    const folder = resolve(out, profile);
    const estimates = profile === "paper" ? await preparePaper(given, scale, seed, chosen, steps) : await prepareEmbedded(scale, seed, chosen, steps);
    if (given.executor !== "local") await steps.run("tasks", () => runAhead(`${profile} ${scale}`, given, () => partTasks(chosen, studyPlan(profile, scale), seed)));
    for (const id of chosen) {
      const env = { ZSQ_PROFILE: profile, ZSQ_SCALE: scale, ZSQ_SEED: String(seed), ZSQ_OUT: resolve(out) };
      await steps.run(`notebook ${id}`, () => runNotebooks([join(repositoryRoot(), "notebooks", `${id}.ipynb`)], join(folder, "notebooks"), env));
    }
    let report = "";
    await steps.run("report", async () => { report = await writeReport({ out: resolve(out), profile }); });
    process.stdout.write(`\n${steps.summary(estimates)}\nreport: ${relative(process.cwd(), report)}\n`);
  },
};

function chooseNotebooks(only: string | undefined): StudyNotebook[] {
  const asked = only?.split(",");
  const unknown = asked?.find((id) => !(STUDY_NOTEBOOKS as readonly string[]).includes(id));
  if (unknown !== undefined) throw new UsageError(`unknown --only: ${unknown}; expected one of ${STUDY_NOTEBOOKS.join(", ")}`);
  return STUDY_NOTEBOOKS.filter((id) => asked?.includes(id) ?? true);
}

async function prepareEmbedded(scale: ScaleName, seed: number, chosen: readonly StudyNotebook[], steps: Steps): Promise<NotebookEstimate[]> {
  await steps.run("data", () => prepareData(scale));
  const estimates = estimateNotebooks(chosen, studyPlan("embedded", scale), seed);
  process.stdout.write(`\n${describeEstimates(estimates)}\n`);
  return estimates;
}

// the user's files are verified and converted, what will be computed is estimated, and only then anything long begins
async function preparePaper(args: PaperArguments, scale: ScaleName, seed: number, chosen: readonly StudyNotebook[], steps: Steps): Promise<Stage[]> {
  const given = checkPaperArguments(args), files = paperFiles(scale);
  await steps.run("data", () => verifyDownloads(given, scale));
  let untrained = false;
  await steps.run("weights", () => { untrained = convertWeights(given, scale); });
  const seconds = await secondsPerImage(files);
  // the tasks are the same whatever the fine-tuned weights: before they are there, others stand for them
  const known = paperPlan(scale, untrained ? files.pretrained : files.fineTuned), estimates = estimatePaper(chosen, known, seed, seconds);
  const training = untrained ? [{ id: FINE_TUNING as typeof FINE_TUNING, ...estimateFineTuning(scale, seconds) }] : [];
  process.stdout.write(`\n${seconds.toFixed(2)} s for an image in full precision; ${known.jobs} processes\n${describeEstimates([...training, ...estimates])}\n${describeDisk(estimates, training[0]?.bytes)}\n`);
  if (untrained) await steps.run(FINE_TUNING, () => fineTune(scale, seed));
  return [...training, ...estimates];
}

function describeEstimates(estimates: readonly Stage[]): string {
  const total = estimates.reduce((sum, { seconds }) => sum + seconds, 0);
  return `estimate on ${availableParallelism()} cores, what is in the cache left out: ${estimates.map(({ id, seconds }) => `${id} ${duration(seconds)}`).join(", ")}; about ${duration(total)} in all`;
}

function prepareData(scale: ReproduceArguments["scale"]): Promise<void> {
  const script = join(repositoryRoot(), "data-scripts/dist/scenes/prepare.js");
  if (!existsSync(script)) throw new Error(`reproduce: missing build: ${script}; expected the result of npm run setup`);
  const small = scale === "smoke";
  return drawScenes(["--out", join(repositoryRoot(), small ? "data/scenes-smoke" : "data/scenes"), ...(small ? ["--train", "64", "--val", "48"] : [])]);
}

/** Says what is being done and how long each step took. */
class Steps {
  private readonly times: [string, number][] = [];

  async run(name: string, step: () => Promise<void> | void): Promise<void> {
    process.stdout.write(`\n== ${name}\n`);
    const start = performance.now();
    await step();
    this.times.push([name, (performance.now() - start) / 1000]);
  }

  // beside what was estimated
  summary(estimates: readonly Stage[]): string {
    const expected = new Map(estimates.map(({ id, seconds }) => [id === FINE_TUNING ? id : `notebook ${id}`, seconds]));
    const total = this.times.reduce((sum, [, seconds]) => sum + seconds, 0);
    return [...this.times, ["total", total] as const].map(([name, seconds]) => `${name}: ${seconds.toFixed(1)} s${expected.has(name) ? ` (estimated ${expected.get(name)!.toFixed(0)} s)` : ""}`).join("\n");
  }
}
