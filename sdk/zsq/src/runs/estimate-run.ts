import { comparedMethods } from "../study/methods";
import { compareScales, compareTasks } from "../study/compare-tasks";
import { kinds } from "../study/kinds";
import { Architecture } from "../nn/architecture";
import { fittedShape } from "../evaluate/transform";
import { paperScales } from "../study/paper-plan";
import { embeddedConfig, paperConfigs, studyPlan, type StudyPlan } from "../study/profiles";
import { kindOf, taskKey, type Task } from "../study/task";
import { STUDY_NOTEBOOKS } from "../study/estimate";
import type { RunFolder } from "./run-folder";
import { readUsage } from "./run-log";
import { partTasks } from "./study-tasks";

/** Times of the tasks of a kind that have run, beside what their costs said. */
export interface MeasuredKind {
  tasks: number;
  seconds: number;
  cost: number;
}

/** What the tasks of runs took, by kind. */
export async function measuredKinds(folders: readonly RunFolder[]): Promise<Map<string, MeasuredKind>> {
  const measured = new Map<string, MeasuredKind>();
  for (const folder of folders) {
    const { seconds } = await readUsage(folder);
    for await (const { index, task } of folder.tasks()) {
      if (Number.isNaN(seconds[index])) continue;
      const kind = measured.get(task.kind) ?? { tasks: 0, seconds: 0, cost: 0 };
      measured.set(task.kind, { tasks: kind.tasks + 1, seconds: kind.seconds + seconds[index], cost: kind.cost + kindOf(task, folder.kinds).cost(task.parameters) });
    }
  }
  return measured;
}

/** What the tasks of one kind would take. */
export interface KindEstimate {
  kind: string;
  tasks: number;
  /** of all of them, one after another */
  seconds: number;
  /** tasks whose times this follows from; 0: from the cost of the kind alone */
  measured: number;
}

/** What tasks would take on a worker like that of the measured ones. */
export interface RunEstimate {
  kinds: KindEstimate[];
  /** seconds of each task, by level */
  levels: number[][];
}

/**
 * Estimates tasks by their costs, each kind corrected by what its tasks really took.
 *
 * - **slowdown** – how much slower a kind is here than where it was measured, such as for a larger detector; default 1
 */
export function estimateTasks(tasks: readonly Task[], measured: ReadonlyMap<string, MeasuredKind>, slowdown: (task: Task) => number = () => 1): RunEstimate {
  const levelOf = new Map<string, number>(), levels: number[][] = [], found = new Map<string, KindEstimate>();
  for (const task of tasks) {
    const key = taskKey(task, kinds);
    if (levelOf.has(key)) continue;
    const level = 1 + Math.max(-1, ...Object.values(task.inputs).flatMap((input) => ("result" in input ? [levelOf.get(input.result) ?? -1] : [])));
    levelOf.set(key, level);
    const { tasks: ran = 0, seconds: took = 1, cost = 1 } = measured.get(task.kind) ?? {}, seconds = (kindOf(task, kinds).cost(task.parameters) * took * slowdown(task)) / cost;
    (levels[level] ??= []).push(seconds);
    const kind = found.get(task.kind) ?? { kind: task.kind, tasks: 0, seconds: 0, measured: ran };
    found.set(task.kind, { ...kind, tasks: kind.tasks + 1, seconds: kind.seconds + seconds });
  }
  return { kinds: [...found.values()], levels };
}

/** Every precision that the comparison of a full study tries. */
export const ALL_PRECISIONS = ["W8A8", "W7A7", "W6A6", "W5A5", "W4A8", "W8A4", "W4A4", "W3A3", "W2A2"] as const;
/** [height, width] of the images of COCO and FLIR ADAS that count here, before they are resized. */
const PAPER_IMAGE = [512, 640] as const;
const PAPER_IMAGES = { pretrained: 5000, "fine-tuned": 1366 } as const;

/**
 * The tasks of a whole study: all notebooks and every method at every precision, with so many seeds.
 *
 * For the paper profile with the paper's counts; its files are not needed, for those of the embedded profile stand for them.
 */
export function fullStudy(profile: StudyPlan["profile"], seeds: number, seed: number): Task[] {
  const embedded = studyPlan("embedded", "full"), counts = { ...(profile === "paper" ? paperScales.full : embedded.counts), seeds };
  const plan: StudyPlan = profile === "embedded" ? { ...embedded, counts } : {
    ...embedded, profile, counts, imageShape: PAPER_IMAGE, distillation: { chunk: 8, batchSize: 2 }, models: embedded.models.map((model) => ({ ...model, images: PAPER_IMAGES[model.model] })),
  };
  const compare = { ...compareScales.full, seeds, precisions: ALL_PRECISIONS, validation: counts.validation, methods: comparedMethods.map(({ id }) => id), inputRange: "image" as const };
  return [...partTasks(STUDY_NOTEBOOKS, plan, seed), ...compareTasks(plan, compare, seed).tasks];
}

/** Seconds that costs say of an image of 160 x 128 through the embedded detector; a quantized detector takes half as much again as full precision. */
const EMBEDDED_SECONDS = 0.01, QUANTIZED = 1.5;

/**
 * How much slower a task of the paper profile is than its cost says; costs of images made follow their pixels already.
 *
 * - **imageSeconds** – that a worker takes for an image in full precision; default: by the multiply-adds of an image
 */
export function paperSlowdown(imageSeconds?: number): { slowdown: (task: Task) => number; image: number } {
  if (imageSeconds !== undefined && !(imageSeconds > 0)) throw new RangeError(`estimate: invalid seconds for an image: ${imageSeconds}; expected > 0`);
  const config = paperConfigs["fine-tuned"], shape = fittedShape(PAPER_IMAGE, config.image.resize);
  const image = imageSeconds === undefined ? new Architecture(config, shape).multiplyAdds / new Architecture(embeddedConfig(), [128, 160]).multiplyAdds : (QUANTIZED * imageSeconds) / EMBEDDED_SECONDS;
  const made = (image * 128 * 160) / (shape[0] * shape[1]);
  return { image, slowdown: ({ kind }) => (kind === "distill" || kind === "method-images" ? made : kind === "score" || kind === "summarize" ? 1 : image) };
}
