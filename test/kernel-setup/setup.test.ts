import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bareCheckout, load, root, run, suiteFolder } from "./helpers";

const folder = suiteFolder();
const setup = path.join(root, "kernel-setup", "setup.mjs");
const lockModule = path.join(root, "kernel-setup", "lib", "lock.mjs");

describe("kernel-setup: setup", () => {
  it("returns at once and without a word when nothing has changed", async () => {
    const { isFresh } = await load<{ isFresh(): boolean }>("lib/stamp.mjs");
    assert.ok(isFresh(), "set-up is not up to date; try npm run setup");
    const start = Date.now();
    assert.deepEqual(await run(process.execPath, [setup, "--if-needed"]), { code: 0, stdout: "", stderr: "" });
    assert.ok(Date.now() - start < 3000);
  });

  it("refuses an unknown option with exit code 2", async () => {
    const { code, stderr } = await run(process.execPath, [setup, "--gpu"]);
    assert.equal(code, 2);
    assert.match(stderr, /^setup: unknown option: --gpu\n.*usage: npm run setup/);
  });

  it("names everything that the machine lacks, each with its remedy, and leaves nothing behind", async () => {
    const copy = bareCheckout(folder());
    const { code, stderr } = await run(process.execPath, [path.join(copy, "setup.mjs")], { PATH: "/nonexistent" });
    assert.equal(code, 1);
    assert.match(stderr, /^setup: missing Python; expected 3\.10 or newer$/m);
    assert.match(stderr, /^setup: missing C\+\+ compiler; .*remedy: .*apt-get install g\+\+/m);
    assert.match(stderr, /^ {2}remedy: .*apt-get install python3/m);
    assert.deepEqual(readdirSync(path.join(folder(), ".zsq")), []);
  });
});

describe("kernel-setup: lock", () => {
  const hold = (file: string, ms: number): string[] => [
    "--input-type=module",
    "-e",
    `import { acquire } from ${JSON.stringify(lockModule)};
     const waited = await acquire(${JSON.stringify(file)}, { pollMs: 20 });
     const from = Date.now();
     await new Promise((done) => setTimeout(done, ${ms}));
     console.log(JSON.stringify({ waited, from, to: Date.now() }));`,
  ];
  interface Held {
    waited: boolean;
    from: number;
    to: number;
  }
  const held = async (file: string, ms: number): Promise<Held> => JSON.parse((await run(process.execPath, hold(file, ms))).stdout) as Held;

  it("lets only one of several processes work at a time", async () => {
    const file = path.join(folder(), "several.lock");
    const all = (await Promise.all([1, 2, 3, 4].map(() => held(file, 150)))).sort((a, b) => a.from - b.from);
    for (let i = 1; i < all.length; i++) assert.ok(all[i].from >= all[i - 1].to, JSON.stringify(all));
    assert.ok(!existsSync(file));
  });

  it("is taken over from a process that is gone, or whose number another program has now", async () => {
    const file = path.join(folder(), "stale.lock");
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, started: "1" }));
    assert.equal((await held(file, 0)).waited, false);
    writeFileSync(file, JSON.stringify({ pid: process.pid, started: "1" }));
    assert.equal((await held(file, 0)).waited, false);
    writeFileSync(file, "{ damaged");
    assert.equal((await held(file, 0)).waited, false);
  });
});
