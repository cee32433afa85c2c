// A task of the study in a process of its own, to be killed: node task-child.js DOCUMENT CACHE
import { ResultCache } from "zsq/dist/study/cache";
import { runTasks } from "zsq/dist/study/executor";
import type { Task } from "zsq/dist/study/task";

const [document, folder] = process.argv.slice(2);
void runTasks([JSON.parse(document) as Task], { jobs: 1, cache: new ResultCache(folder) });
