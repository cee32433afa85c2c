const fancy = process.stdout.isTTY && !process.env.CI;

/** One line per step: number, name, what was found or made, elapsed time. */
export class Progress {
  constructor(total) {
    this.total = total;
    this.index = 0;
    this.start = Date.now();
  }

  /** Runs a step and prints its line; returns what the step adds to the context. */
  async show(step, context) {
    this.index += 1;
    const head = `[${this.index}/${this.total}] ${step.name.padEnd(20)}`;
    const start = Date.now();
    const stopTicking = tick(head, start);
    try {
      const { detail, present, ...additions } = await step.run(context);
      stopTicking();
      console.log(`${head} ${detail}${present ? "" : ` (${elapsed(start)})`}`);
      return additions;
    } catch (error) {
      stopTicking();
      console.log(`${head} failed (${elapsed(start)})`);
      throw error;
    }
  }

  finish() {
    console.log(`set-up complete in ${elapsed(this.start)}`);
  }
}

/** Shows that a long step is alive: a running clock on a terminal, a line every 20 s elsewhere. */
function tick(head, start) {
  if (fancy) process.stdout.write(`${head} ...`);
  const timer = setInterval(() => {
    if (fancy) process.stdout.write(`\r${head} ... ${elapsed(start)}`);
    else console.log(`${head} ... ${elapsed(start)}`);
  }, fancy ? 1000 : 20_000);
  return () => {
    clearInterval(timer);
    if (fancy) process.stdout.write("\r\x1b[K");
  };
}

function elapsed(start) {
  const seconds = (Date.now() - start) / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
