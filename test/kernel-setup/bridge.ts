import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { python, root } from "./helpers";

type Content = Record<string, unknown>;
export type Message = [type: string, content: Content, metadata: Content];

interface Answer {
  reply: Content;
  messages: Message[];
  seconds: number;
  type: string;
  statuses: string[];
  alive: boolean;
}

/** What one execution gave. */
export class Execution {
  readonly status: unknown;

  constructor(readonly reply: Content, readonly messages: Message[], readonly seconds: number) {
    this.status = reply.status;
  }

  of(type: string): Content[] {
    return this.messages.filter(([kind]) => kind === type).map(([, content]) => content);
  }

  /** Text of a stream. */
  text(name = "stdout"): string {
    return this.of("stream").filter((content) => content.name === name).map(({ text }) => text as string).join("");
  }

  /** text/plain of the result, or undefined. */
  get result(): string | undefined {
    return (this.of("execute_result")[0]?.data as Record<string, string> | undefined)?.["text/plain"];
  }

  /** "ename: evalue" of the error message, and its traceback without colours. */
  get error(): string | undefined {
    const [error] = this.of("error");
    return error && `${String(error.ename)}: ${String(error.evalue)}`;
  }

  get traceback(): string {
    return ((this.of("error")[0]?.traceback ?? []) as string[]).join("\n").replace(/\x1b\[\d+m/g, "");
  }
}

/** A real kernel at work in `folder`, reached through Python's jupyter_client. */
export class KernelBridge {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: ((answer: Answer) => void)[] = [];
  private stderr = "";
  private ended = false;
  readonly ready: Promise<unknown>;

  constructor(folder: string) {
    this.child = spawn(python, [path.join(root, "test", "kernel-setup", "bridge.py"), folder]);
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    createInterface({ input: this.child.stdout }).on("line", (line) => this.waiting.shift()?.(JSON.parse(line) as Answer));
    this.child.once("close", () => (this.ended = true));
    this.ready = this.next();
  }

  async execute(code: string, options: { interruptAfter?: number; interruptBy?: "message"; timeout?: number; options?: object; metadata?: object } = {}): Promise<Execution> {
    const { reply, messages, seconds } = await this.ask({ do: "execute", code, ...options });
    return new Execution(reply, messages, seconds);
  }

  /** The reply to a request, and what was published about it; of the last of `times` that are sent at once. */
  async request(type: string, content: object = {}, options: { channel?: "control"; times?: number } = {}): Promise<{ type: string; reply: Content; messages: Message[] }> {
    const { type: answered, reply, messages } = await this.ask({ do: "request", type, content, ...options });
    return { type: answered, reply, messages };
  }

  /** What is published about a message that has no reply. */
  async send(type: string, content: object = {}): Promise<Message[]> {
    return (await this.ask({ do: "send", type, content })).messages;
  }

  async isAlive(): Promise<boolean> {
    return (await this.ask({ do: "alive" })).alive;
  }

  /** As Jupyter does it: a request to shut down, then a new process at the same ports. */
  restart(): Promise<unknown> {
    return this.ask({ do: "restart" });
  }

  async queue(codes: string[]): Promise<string[]> {
    return (await this.ask({ do: "queue", codes })).statuses;
  }

  interrupt(): Promise<unknown> {
    return this.ask({ do: "interrupt" });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.ended) return resolve();
      this.child.once("close", () => resolve());
      this.child.stdin.end();
    });
  }

  private ask(request: object): Promise<Answer> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.next();
  }

  private next(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(new Error(`bridge: ended: ${this.stderr.slice(-2000)}`));
      const onClose = (): void => reject(new Error(`bridge: ended: ${this.stderr.slice(-2000)}`));
      this.child.once("close", onClose);
      this.waiting.push((answer) => {
        this.child.off("close", onClose);
        resolve(answer);
      });
    });
  }
}
