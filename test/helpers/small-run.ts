import { taskKey, type Task } from "zsq/dist/study/task";
import { kinds } from "./tiny-kinds";

export const squareTask = (...numbers: number[]): Task => ({ kind: "square", name: `square ${numbers.join()}`, parameters: { numbers }, inputs: {} });
export const sumTask = (...parts: Task[]): Task => ({ kind: "sum", name: "sum", parameters: {}, inputs: Object.fromEntries(parts.map((task, i) => [`part${i}`, { result: taskKey(task, kinds) }])) });

/** Two tasks and one that reads their results. */
export function smallRun(): Task[] {
  const parts = [squareTask(1, 2), squareTask(3)];
  return [...parts, sumTask(...parts)];
}
