// A distillation in a process of its own, to be killed: node distill-child.js CHECKPOINT CACHE
import { ResultCache, runDistillation } from "zsq";
import { resumable } from "./resumable-distillation";

const [checkpoint, folder] = process.argv.slice(2);
void runDistillation(checkpoint, resumable, { chunk: 2, jobs: 1, cache: new ResultCache(folder), onProgress: ({ done }) => process.send?.(done) });
