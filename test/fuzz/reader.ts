import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What is read: a file, or the folder of a download of FLIR ADAS. */
export interface Question { kind: "weights" | "image" | "coco" | "flir"; path: string; select?: string; shape?: [number, number] }

/** What became of it; all but the first two are faults. */
export type Outcome = "read" | "refused" | "wrong" | "untyped" | "crash" | "hang" | "memory" | "side-effect";

const LIMIT_MS = 20_000, HEAP_MIB = 256, RESIDENT_MIB = 640;

/** The readers in a child process with bounded time and memory, started again when it dies. */
export class Reader {
  private child: ChildProcessWithoutNullStreams | null = null;
  private answered: (line: string | null) => void = () => undefined;
  /** most milliseconds that an answer took, and most MiB that a child held */
  slowest = 0;
  largest = 0;

  /** - **canary** – a file that nothing may make */
  constructor(private readonly canary: string) {}

  async read(question: Question): Promise<{ outcome: Outcome; detail: string }> {
    const child = (this.child ??= await this.start());
    const line = await new Promise<string | null | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), LIMIT_MS);
      this.answered = (answer) => { clearTimeout(timer); resolve(answer); };
      child.stdin.write(`${JSON.stringify(question)}\n`);
    });
    if (typeof line !== "string") {
      this.child = null;
      child.kill("SIGKILL");
      return { outcome: line === null ? "crash" : "hang", detail: question.path };
    }
    const { outcome, detail, ms, mib } = JSON.parse(line) as { outcome: Outcome; detail: string; ms: number; mib: number };
    this.slowest = Math.max(this.slowest, ms);
    this.largest = Math.max(this.largest, mib);
    return mib > RESIDENT_MIB ? { outcome: "memory", detail: `${mib} MiB` } : { outcome, detail };
  }

  stop(): void {
    this.child?.kill();
  }

  // resolves when the child has loaded what it needs, which is not counted
  private async start(): Promise<ChildProcessWithoutNullStreams> {
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, join(__dirname, "child.js"), this.canary]), lines = createInterface({ input: child.stdout });
    child.stdin.on("error", () => undefined);
    child.stderr.resume();
    await new Promise((resolve, reject) => {
      lines.once("line", resolve);
      child.once("exit", (code) => reject(new Error(`fuzz: the reader ends at its start: code ${code}`)));
    });
    lines.on("line", (line) => this.answered(line));
    child.once("exit", () => { if (this.child === child) this.answered(null); });
    return child;
  }
}
