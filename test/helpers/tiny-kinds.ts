// Task kinds for tests of the executor: arithmetic, failure, waiting, and work that says when it begins.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { TaskKind, TaskKinds } from "zsq/dist/study/task";
import { readSafetensors } from "zsq/dist/weights/safetensors";

const cost = (): number => 1;

const square: TaskKind = {
  version: 1, cost,
  run({ numbers }) {
    const data = Float32Array.from(numbers as number[], (x) => x * x);
    return Promise.resolve({ value: { threads: process.env.TF_NUM_INTRAOP_THREADS! }, tensors: new Map([["squares", { shape: [data.length], data }]]) });
  },
};

const sum: TaskKind = {
  version: 1, cost,
  run(_, { paths }) {
    const values = Object.values(paths).flatMap((path) => [...readSafetensors(path).tensors.get("squares")!.data]);
    return Promise.resolve({ value: values.reduce((a, b) => a + b, 0) });
  },
};

const length: TaskKind = { version: 1, cost, run: (_, { paths }) => Promise.resolve({ value: readFileSync(paths.file).length }) };

const fail: TaskKind = { version: 1, cost, run: ({ message }) => Promise.reject(new Error(String(message))) };

const crash: TaskKind = { version: 1, cost, run: () => process.exit(3) };

// fails for as long as the file is missing
const flaky: TaskKind = {
  version: 1, cost,
  run: ({ flag, i }) => (existsSync(String(flag)) ? Promise.resolve({ value: i }) : Promise.reject(new Error(`missing ${String(flag)}`))),
};

const wait: TaskKind = {
  version: 1, cost,
  async run({ ms }, { onProgress }) {
    onProgress(0.5);
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    return { value: true };
  },
};

// squares that take their time; each beginning is a line in the file ZSQ_BEGUN
const work: TaskKind = {
  version: 1, cost,
  async run({ numbers, ms }, context) {
    if (process.env.ZSQ_BEGUN) appendFileSync(process.env.ZSQ_BEGUN, "begun\n");
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    return square.run({ numbers }, context);
  },
};

const nothing: TaskKind = { version: 1, cost, run: () => Promise.resolve({ value: null }) };

export const kinds: TaskKinds = { square, sum, length, fail, flaky, crash, wait, work, nothing };
