import { parentPort } from "node:worker_threads";
import sharp from "sharp";
import { writeAtomically } from "./files";
import { makeImage, Part, SceneRecord } from "./record";

/** Some images of a part to draw, with the path of each file. */
export interface Task {
  seed: number;
  part: Part;
  images: { index: number; path: string }[];
}

/** What a worker answers: the records of a task, or why it failed. */
export type Answer = { records: SceneRecord[] } | { error: string };

async function run({ seed, part, images }: Task): Promise<SceneRecord[]> {
  const records: SceneRecord[] = [];
  for (const { index, path } of images) {
    const { record, png } = await makeImage(seed, part, index);
    await writeAtomically(path, png, { sync: false });
    records.push(record);
  }
  return records;
}

// one core per worker: the pool has as many workers as are wanted
sharp.concurrency(1);
parentPort?.on("message", (task: Task) => {
  run(task).then(
    (records) => parentPort?.postMessage({ records } satisfies Answer),
    (error: Error) => parentPort?.postMessage({ error: error.message } satisfies Answer),
  );
});
