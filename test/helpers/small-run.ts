import { taskKey, type Task } from "zsq/dist/study/task";
import { kinds } from "./tiny-kinds";

export const squareTask = (...numbers: number[]): Task => ({ kind: "square", name: `square ${numbers.join()}`, parameters: { numbers }, inputs: {} });
export const sumTask = (...parts: Task[]): Task => ({ kind: "sum", name: "sum", parameters: {}, inputs: Object.fromEntries(parts.map((task, i) => [`part${i}`, { result: taskKey(task, kinds) }])) });

/** 48 tasks in two levels, of which LARGE_RUN_WORK say when they begin. */
export const LARGE_RUN_WORK = 40;
export function largeRun(): Task[] {
  const parts = Array.from({ length: LARGE_RUN_WORK }, (_, i): Task => ({ kind: "work", name: `work ${i}`, parameters: { numbers: Array.from({ length: 500 }, (_, k) => i + k / 8), ms: 5 + ((7 * i) % 20) }, inputs: {} }));
  return [...parts, ...Array.from({ length: 8 }, (_, k) => sumTask(...parts.slice(5 * k, 5 * k + 5)))];
}

/** Two tasks and one that reads their results. */
export function smallRun(): Task[] {
  const parts = [squareTask(1, 2), squareTask(3)];
  return [...parts, sumTask(...parts)];
}
