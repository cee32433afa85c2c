import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { WorkerReply, WorkerRequest } from "./worker";

/** One thread per process, so that a result does not depend on how many run; allocator settings that spare TensorFlow a quarter of its time. */
const WORKER_ENVIRONMENT = {
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
  OMP_NUM_THREADS: "1",
  TF_CPP_MIN_LOG_LEVEL: "2",
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
  MALLOC_MMAP_THRESHOLD_: "1073741824",
  MALLOC_TRIM_THRESHOLD_: "8589934592",
  MALLOC_TOP_PAD_: "268435456",
};

/** What a task took; `peakBytes` is the largest memory of its process so far. */
export interface TaskUsage {
  seconds: number;
  peakBytes: number;
}

/** A child process that runs one task at a time. It is started by its first task. */
export class WorkerProcess {
  private child: ChildProcess | null = null;

  constructor(private readonly kindsModule: string, private readonly cacheFolder: string) {}

  /**
   * Runs a task; resolves to what it took once the result is stored.
   *
   * Throws what the task threw, or how the process ended; the next task then gets a new process.
   */
  run(request: WorkerRequest, onProgress: (fraction: number) => void): Promise<TaskUsage> {
    const child = (this.child ??= this.start());
    return new Promise((resolve, reject) => {
      let errors = "";
      const hear = (text: Buffer): void => void (errors = (errors + text.toString()).slice(-2000));
      const settle = (finish: () => void): void => {
        child.off("message", onMessage).off("exit", onExit).off("error", onError);
        child.stderr?.off("data", hear);
        finish();
      };
      const onMessage = (message: WorkerReply): void => {
        if ("progress" in message) onProgress(message.progress);
        else settle(() => ("error" in message ? reject(new Error(message.error)) : resolve({ seconds: message.seconds, peakBytes: message.peakBytes })));
      };
      const onError = (error: Error): void => settle(() => reject(error));
      const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.child = null;
        settle(() => reject(new WorkerEnded(code, signal, errors)));
      };
      child.on("message", onMessage).on("exit", onExit).on("error", onError);
      child.stderr?.on("data", hear);
      child.send(request);
    });
  }

  /** Ends the process at once; results are written all or nothing. */
  stop(): void {
    this.child?.kill("SIGKILL");
    this.child = null;
  }

  private start(): ChildProcess {
    const execArgv = process.execArgv.filter((argument) => !argument.startsWith("--inspect"));
    const child = fork(join(__dirname, "worker.js"), [this.kindsModule, this.cacheFolder], {
      env: { ...process.env, ...WORKER_ENVIRONMENT }, execArgv, stdio: ["ignore", "ignore", "pipe", "ipc"], serialization: "json",
    });
    child.stderr?.resume();
    child.once("exit", () => {
      if (this.child === child) this.child = null; // between two tasks as well
    });
    return child;
  }
}

/** A worker that ended before its task did. */
export class WorkerEnded extends Error {
  constructor(code: number | null, readonly signal: NodeJS.Signals | null, stderr: string) {
    const last = stderr.trim().split("\n").filter((line) => /error/i.test(line)).pop();
    super(`worker ended by ${signal ?? `exit code ${code}`}${signal === "SIGKILL" ? "; try fewer jobs if memory is short" : last ? `: ${last.trim()}` : ""}`);
  }
}
