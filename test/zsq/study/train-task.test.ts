import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { loadDetector, saveCheckpoint } from "zsq";
import { loadDetectorAlone } from "zsq/dist/weights/checkpoint";
import { ResultCache } from "zsq/dist/study/cache";
import { datasetInput } from "zsq/dist/study/dataset-input";
import { runTasks } from "zsq/dist/study/executor";
import { kinds } from "zsq/dist/study/kinds";
import { taskKey, type Task } from "zsq/dist/study/task";
import { trainKind, trainTask, type TrainParameters, type TrainValue } from "zsq/dist/study/train-task";
import { writeSyntheticDataset } from "../../helpers/synthetic-dataset";
import { temporaryFolder } from "../../helpers/temporary-folder";

describe("train tasks", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();

  // of 8 images, a step each; thermal starts from the result of visible
  async function trainings(epochs: number): Promise<[Task, Task]> {
    const sets = { train: datasetInput(await writeSyntheticDataset(join(folder.path, "train"), { images: 8 })), val: datasetInput(await writeSyntheticDataset(join(folder.path, "val"), { images: 2, seed: 2 })) };
    const visible = trainTask("visible", { recipe: "visible", seed: 3, epochs, batchSize: 1 }, sets);
    return [visible, trainTask("thermal", { recipe: "thermal", seed: 3, epochs: 0.25, batchSize: 1 }, { ...sets, start: { result: taskKey(visible, kinds) } })];
  }
  const filesOf = (cache: ResultCache, keys: readonly string[]): Buffer[] => keys.flatMap((key) => [readFileSync(cache.entryPath(key)), readFileSync(cache.tensorPath(key))]);

  it("give checkpoints, one from the other, and no state", async () => {
    const cache = new ResultCache(join(folder.path, "cache")), tasks = await trainings(0.25), keys = await runTasks(tasks, { cache, jobs: 1 });
    const values = keys.map((key) => cache.read(key)!.value as unknown as TrainValue);
    assert.deepEqual(values.map(({ steps, trainingImages, seed }) => [steps, trainingImages, seed]), [[2, 8, 3], [2, 8, 3]]);
    for (const [k, key] of keys.entries()) {
      const detector = loadDetectorAlone(cache.tensorPath(key)), path = join(folder.path, "saved.safetensors");
      assert.equal(detector.architecture.parameterCount, values[k].parameters);
      saveCheckpoint(path, detector);
      assert.deepEqual(readFileSync(path), readFileSync(cache.tensorPath(key)), "the bytes of a checkpoint");
      loadDetector(path).dispose();
      detector.dispose();
      assert.ok(!existsSync(cache.statePath(key)));
    }
  });

  it("go on from their state after a kill, with the same bytes", async () => {
    const [task] = await trainings(8), key = taskKey(task, kinds), [whole, killed] = ["whole", "killed"].map((name) => new ResultCache(join(folder.path, name)));
    await runTasks([task], { cache: whole, jobs: 1 });
    const child = fork(require.resolve("../../helpers/task-child"), [JSON.stringify(task), killed.folder]);
    while (!existsSync(killed.statePath(key)) && child.exitCode === null) await sleep(5);
    child.kill("SIGKILL");
    assert.ok(existsSync(killed.statePath(key)) && !killed.has(key));
    let first: number | undefined;
    const paths = Object.fromEntries(Object.entries(task.inputs).map(([name, input]) => [name, (input as { path: string }).path]));
    await assert.rejects(trainKind.run(task.parameters as unknown as TrainParameters, { paths, stateFile: killed.statePath(key), onProgress: (fraction) => { first = fraction; throw new Error("enough"); } }), /enough/);
    assert.ok(first! > 0.98 * (50 / 64), `goes on at ${first}`);
    await runTasks([task], { cache: killed, jobs: 1 });
    assert.deepEqual(filesOf(killed, [key]), filesOf(whole, [key]));
    assert.ok(!existsSync(killed.statePath(key)));
  });

  it("refuse a start that is missing, and leave no tensors", async () => {
    const before = tf.memory().numTensors;
    await assert.rejects(trainKind.run({ recipe: "thermal", seed: 1 }, { paths: {}, onProgress: () => undefined }), /train: missing start of recipe thermal: undefined; expected a checkpoint or the result of a training/);
    const [{ inputs }] = await trainings(0.25), paths = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, (input as { path: string }).path]));
    await assert.rejects(trainKind.run({ recipe: "visible", seed: 1, epochs: 0 }, { paths, onProgress: () => undefined }), /train: invalid epochs: 0; expected > 0/);
    await trainKind.run({ recipe: "visible", seed: 1, epochs: 0.25, batchSize: 1 }, { paths, onProgress: () => undefined });
    assert.equal(tf.memory().numTensors, before);
  });
});
