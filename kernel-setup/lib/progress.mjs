const fancy = process.stdout.isTTY && !process.env.CI;

/** One line per step: number, name, what was found or made, elapsed time. Steps may run at the same time. */
export class Progress {
  constructor(total) {
    this.total = total;
    this.index = 0;
    this.start = Date.now();
    this.running = new Map();
  }

  /** Runs a step and prints its line; returns what the step adds to the context. */
  async show(step, context) {
    this.index += 1;
    const head = `[${this.index}/${this.total}] ${step.name.padEnd(20)}`, start = Date.now();
    this.tick(head, start);
    const end = (text) => {
      clearInterval(this.running.get(head));
      this.running.delete(head);
      console.log(`${fancy ? "\r\x1b[K" : ""}${head} ${text}`);
    };
    try {
      const { detail, present, ...additions } = await step.run(context);
      end(`${detail}${present ? "" : ` (${elapsed(start)})`}`);
      return additions;
    } catch (error) {
      end(`failed (${elapsed(start)})`);
      throw error;
    }
  }

  finish() {
    console.log(`set-up complete in ${elapsed(this.start)}`);
  }

  // shows that a long step is alive: on a terminal a running clock, of the first of several; elsewhere a line every 20 s
  tick(head, start) {
    const show = () => {
      if (!fancy) console.log(`${head} ... ${elapsed(start)}`);
      else if (this.running.keys().next().value === head) process.stdout.write(`\r\x1b[K${head} ... ${elapsed(start)}`);
    };
    this.running.set(head, setInterval(show, fancy ? 1000 : 20_000));
    if (fancy) show();
  }
}

function elapsed(start) {
  const seconds = (Date.now() - start) / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
