import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import type { CommandModule } from "yargs";
import { estimateTasks, fullStudy, measuredKinds, paperSlowdown } from "../runs/estimate-run";
import { RunFolder } from "../runs/run-folder";
import { simulateRun } from "../runs/scaling";
import type { ProfileName } from "../study/profiles";
import { STUDY_KINDS } from "./executor-options";
import { UsageError } from "./report-error";

interface EstimateArguments { dirs?: string[]; profile: ProfileName; seeds: number; seed: number; imageSeconds?: number; workers: string; rate: number; tasksPerElement: number; json: boolean }

/** An element starts zsq, which starts a worker; both load TensorFlow. */
const STARTS = 2;

export const estimateCommand: CommandModule<object, EstimateArguments> = {
  command: "estimate [dirs..]",
  describe: "what a whole study costs (every notebook, method and precision), by the task times of runs, and how it would spread over workers",
  builder: (yargs) => yargs
    .positional("dirs", { type: "string", array: true, describe: "folders of runs that have been worked on: their times correct the estimate" })
    .option("profile", { choices: ["embedded", "paper"] as const, default: "paper" as const, describe: "paper: by the multiply-adds of its detectors; its files are not needed" })
    .option("seeds", { type: "number", requiresArg: true, default: 5, describe: "repetitions of everything random" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "first seed" })
    .option("imageSeconds", { alias: "image-seconds", type: "number", requiresArg: true, describe: "paper: that a worker, such as a GPU, takes for an image in full precision; reproduce prints it. Default: by multiply-adds and the measured times" })
    .option("workers", { type: "string", requiresArg: true, default: "1,2,10,100,300,1000", describe: "comma-separated" })
    .option("rate", { type: "number", requiresArg: true, default: 10, describe: "array elements that the cluster starts in a second" })
    .option("tasksPerElement", { alias: "tasks-per-element", type: "number", requiresArg: true, default: 1, describe: "tasks that share a start" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: async ({ dirs = [], profile, seeds, seed, imageSeconds, workers, rate, tasksPerElement, json }) => {
    const counts = workers.split(",").map(Number);
    if (!counts.every((count) => Number.isInteger(count) && count >= 1)) throw new UsageError(`invalid --workers: ${workers}; expected integers >= 1, comma-separated`);
    if (!Number.isInteger(seeds) || seeds < 1) throw new UsageError(`invalid --seeds: ${seeds}; expected an integer >= 1`);
    if (imageSeconds !== undefined && (profile !== "paper" || dirs.length > 0)) throw new UsageError("expected --image-seconds without runs, for the paper profile: it stands in for measured times");
    const { slowdown, image } = profile === "paper" ? paperSlowdown(imageSeconds) : { slowdown: () => 1, image: 1 };
    const { kinds, levels } = estimateTasks(fullStudy(profile, seeds, seed), await measuredKinds(dirs.map((dir) => RunFolder.open(resolve(dir)))), slowdown);
    const startSeconds = STARTS * secondsToStart(), tasks = kinds.reduce((sum, kind) => sum + kind.tasks, 0), seconds = kinds.reduce((sum, kind) => sum + kind.seconds, 0);
    const longest = levels.reduce((most, level) => level.reduce((a, b) => Math.max(a, b), most), 0);
    const scaling = counts.map((count) => simulateRun(levels, { workers: count, startSeconds, perSecond: rate, tasksPerElement }));
    const found = { profile, seeds, tasks, seconds, longest, image, startSeconds, rate, tasksPerElement, levels: levels.map((level) => level.length), kinds, scaling };
    process.stdout.write(`${json ? JSON.stringify(found, null, 2) : describe(found)}\n`);
  },
};

interface Found { profile: string; seeds: number; tasks: number; seconds: number; longest: number; image: number; startSeconds: number; rate: number; tasksPerElement: number; levels: number[]; kinds: ReturnType<typeof estimateTasks>["kinds"]; scaling: ReturnType<typeof simulateRun>[] }

function describe({ profile, seeds, tasks, seconds, longest, image, startSeconds, rate, tasksPerElement, levels, kinds, scaling }: Found): string {
  const broken = scaling.find(({ efficiency }) => efficiency < 0.5);
  return [
    `${profile} profile, ${seeds} seeds: ${tasks} tasks in ${levels.length} levels (${levels.join(", ")}), ${hours(seconds)} on one worker${image > 1 ? `; an image is taken to need ${Math.round(image)} times that of the embedded profile` : ""}`,
    ...kinds.map(({ kind, tasks: count, seconds: took, measured }) => `  ${kind}: ${count} tasks, ${hours(took)}, ${measured > 0 ? `by ${measured} that have run` : "by its cost alone, for none has run"}`),
    `on paper, with ${startSeconds.toFixed(1)} s to start an element of ${tasksPerElement} task${tasksPerElement > 1 ? "s" : ""} (measured now) and ${rate} elements started in a second; the longest task takes ${hours(longest)}`,
    ...scaling.map(({ workers, seconds: took, efficiency }) => `  ${workers} workers: ${hours(took)}, efficiency ${efficiency.toFixed(2)}`),
    broken ? `below half efficiency from ${broken.workers} workers on` : "above half efficiency throughout",
  ].join("\n");
}

const hours = (seconds: number): string => (seconds < 100 ? `${seconds.toFixed(1)} s` : seconds < 6000 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`);

// the faster of two starts of a process that loads the kinds, and TensorFlow with them
function secondsToStart(): number {
  return Math.min(...[0, 1].map(() => {
    const start = performance.now();
    spawnSync(process.execPath, ["-e", `require(${JSON.stringify(STUDY_KINDS)})`], { stdio: "ignore" });
    return (performance.now() - start) / 1000;
  }));
}
