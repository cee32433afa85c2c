import { existsSync, rmSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { cellSignal } from "../tensor/cell-signal";
import { readSafetensors, writeSafetensors } from "../weights/safetensors";
import type { Trainer } from "./trainer";

/** Where a training stands. Losses are means over the last steps, each weighing 0.98 of its successor. */
export interface TrainingProgress {
  step: number;
  steps: number;
  loss: { classification: number; box: number };
  /** time spent in steps so far, earlier sessions included */
  seconds: number;
}

export interface RunTrainingOptions {
  /** file that holds the state between sessions; it is removed at the end. Without it nothing is kept. */
  stateFile?: string;
  /** leaves the last state in the file, for a caller that removes it when what it makes of the training is safe; default false */
  keepState?: boolean;
  /** the run described by this text alone may be continued from the state file */
  identity: string;
  /** steps between two writes of the state; default 250 */
  saveEvery?: number;
  onProgress?: (progress: TrainingProgress) => void | Promise<void>;
  /** stops after the step in progress, with the state written; defaults to the stop button of the notebook's cell */
  signal?: AbortSignal;
}

/**
 * Runs a trainer to its end, or continues it from its state file exactly where it was.
 *
 * Throws if the state file belongs to another run or is damaged, and, after writing the state, when it is aborted.
 */
export async function runTraining(trainer: Trainer, options: RunTrainingOptions): Promise<TrainingProgress> {
  const { stateFile, keepState = false, identity, saveEvery = 250, onProgress, signal = cellSignal() } = options;
  const progress: TrainingProgress = { step: 0, steps: trainer.steps, loss: { classification: 0, box: 0 }, seconds: 0 };
  if (stateFile && existsSync(stateFile)) restore(trainer, stateFile, identity, progress);
  while (trainer.step < trainer.steps) {
    const start = performance.now();
    const loss = await trainer.trainStep();
    progress.seconds += (performance.now() - start) / 1000;
    progress.step = trainer.step;
    const keep = trainer.step === 1 ? 0 : Math.min(0.98, 1 - 1 / trainer.step);
    progress.loss = {
      classification: keep * progress.loss.classification + (1 - keep) * loss.classification,
      box: keep * progress.loss.box + (1 - keep) * loss.box,
    };
    await onProgress?.(progress);
    const stopped = signal?.aborted ?? false;
    if (stateFile && (trainer.step < trainer.steps ? stopped || trainer.step % saveEvery === 0 : keepState)) save(trainer, stateFile, identity, progress);
    if (stopped) throw new Error(`train: stopped after step ${trainer.step} of ${trainer.steps}${stateFile ? "; the same command continues" : ""}`);
    await new Promise(setImmediate);
  }
  if (stateFile && !keepState) rmSync(stateFile, { force: true });
  return progress;
}

function save(trainer: Trainer, path: string, identity: string, progress: TrainingProgress): void {
  const tensors = new Map([...trainer.state()].map(([name, tensor]) => [name, { shape: tensor.shape as number[], data: tensor.dataSync() as Float32Array }]));
  writeSafetensors(path, tensors, new Map([["identity", identity], ["progress", JSON.stringify(progress)]]));
}

function restore(trainer: Trainer, path: string, identity: string, progress: TrainingProgress): void {
  const { tensors, metadata } = readSafetensors(path);
  if (metadata.get("identity") !== identity) throw new Error(`train: invalid state file: ${path}; expected the state of this very run; try removing it`);
  Object.assign(progress, JSON.parse(metadata.get("progress")!) as TrainingProgress);
  trainer.restore(new Map([...tensors].map(([name, { data }]) => [name, tf.tensor1d(data)])), progress.step);
}
