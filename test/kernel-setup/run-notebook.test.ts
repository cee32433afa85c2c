import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { python, root, run, suiteFolder, type Ended } from "./helpers";

interface Output {
  output_type: string;
  name?: string;
  text?: string[];
  data?: Record<string, string[]>;
  ename?: string;
  evalue?: string;
}

const runner = path.join(root, "kernel-setup", "run_notebook.py");
const lines = 2000;

// One notebook per kind of failure; the cell named is the one at fault.
const failing: Record<string, { cells: string[]; cell: number; reason: RegExp }> = {
  throws: { cells: ["1", "throw new RangeError('too far');", "2"], cell: 2, reason: /: RangeError: too far$/ },
  types: { cells: ["const n: number = 1;", "const s: string = n;"], cell: 2, reason: /: TypeScriptError: 1:7 - Type 'number' is not assignable to type 'string'\.$/ },
  syntax: { cells: ["1", "const n = = 1;"], cell: 2, reason: /: SyntaxError: 1:11 - Expression expected/ },
  missing: { cells: ["1", 'import { x } from "no-such-package";'], cell: 2, reason: /: TypeScriptError: 1:19 - Cannot find module 'no-such-package'/ },
  rejects: { cells: ["1", "new Promise((_, reject) => setTimeout(() => reject(new Error('nobody waits')), 100));\n0"], cell: 2, reason: /: Error: un-awaited promise rejected.*: nobody waits$/ },
  timer: { cells: ["setTimeout(() => { throw new Error('too late'); }, 50);\n0", "await new Promise((done) => setTimeout(done, 200));"], cell: 1, reason: /: Error: error outside any cell's await.*: too late$/ },
  exits: { cells: ["process.exit(3);", "1"], cell: 1, reason: /: ProcessExit: process\.exit\(3\) called/ },
  aborts: { cells: ["1", "process.abort();", "1"], cell: 2, reason: /: KernelDied: the kernel's process ended with SIGABRT/ },
  memory: { cells: ["import * as v8 from 'v8';\nv8.setFlagsFromString('--max-old-space-size=150');", "const all: string[][] = [];\nfor (;;) all.push(new Array<string>(1e5).fill('x'));"], cell: 2, reason: /: OutOfMemory: the kernel's process ended with SIG\w+: .*heap out of memory/ },
  killed: { cells: ["process.kill(process.pid, 'SIGKILL');"], cell: 1, reason: /: KernelDied: the kernel's process ended with SIGKILL/ },
  endless: { cells: ["1", "for (;;) {}"], cell: 2, reason: /: took longer than 5 s$/ },
  disk: { cells: ["import { writeFileSync } from 'fs';", "writeFileSync('/dev/full', 'x');"], cell: 2, reason: /: Error: ENOSPC: no space left on device/ },
  flood: { cells: ["for (;;) console.log('x'.repeat(1000));"], cell: 1, reason: /: printed more than 16 million characters$/ },
  twice: { cells: ["1", "throw new Error('first');", "throw new Error('second');"], cell: 2, reason: /: Error: first$/ },
};

const good = [
  "const answer: number = Number(process.env.ZSQ_SEED) * 2;\nanswer",
  'import * as tslab from "tslab";\nconst display = tslab.newDisplay();\ndisplay.text("first");',
  'display.text("last");',
  `for (let i = 0; i < ${lines}; i++) console.log("line", String(i));`,
  'for (let i = 0; i < 3; i++) { process.stdout.write(`\\rstep ${i}`); await new Promise((done) => setTimeout(done, 20)); }',
  "const failure = Promise.reject(new Error('expected'));\nawait failure.catch(() => 0);\nprocess.cwd()",
];

const folder = suiteFolder();

function writeNotebook(name: string, cells: string[], kernel = "zsq"): string {
  const file = path.join(folder(), `${name}.ipynb`);
  const code = cells.map((source, index) => ({ cell_type: "code", id: `cell-${index}`, metadata: {}, execution_count: null, outputs: [], source }));
  const metadata = { kernelspec: { name: kernel, display_name: kernel, language: "typescript" } };
  writeFileSync(file, JSON.stringify({ cells: code, metadata, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

const execute = (files: string[], ...options: string[]): Promise<Ended> => run(python, [runner, ...files, "--out", path.join(folder(), "out"), ...options], { ...process.env, CI: "true" });

describe("kernel-setup: notebook runner", function () {
  this.timeout(300_000);
  let passed: Ended;
  let failed: Ended;
  let unwritable: Ended;
  let outputs: Output[][];

  before(async () => {
    const files = Object.entries(failing).map(([name, { cells }]) => writeNotebook(name, cells));
    const wrong = writeNotebook("wrong", ["1"], "python3");
    const fine = writeNotebook("good", good);
    const endless = files.find((file) => file.endsWith("endless.ipynb"))!, others = files.filter((file) => file !== endless);
    let late: Ended;
    [passed, failed] = await Promise.all([execute([fine], "--env", "ZSQ_SEED=21"), execute([...others, wrong], "--timeout", "90")]);
    [late, unwritable] = await Promise.all([execute([endless], "--timeout", "5"), execute([writeNotebook("unwritable", ["1"])], "--out", "/dev/null/out")]);
    failed = { ...failed, stderr: failed.stderr + late.stderr };
    const { cells } = JSON.parse(readFileSync(path.join(folder(), "out", "good.ipynb"), "utf8")) as { cells: { outputs: Output[] }[] };
    outputs = cells.map((cell) => cell.outputs);
  });

  it("passes a good notebook and prints a line per cell with its time", () => {
    assert.equal(passed.code, 0, passed.stderr);
    assert.match(passed.stdout, /^\[2\/6\] import \* as tslab from "tslab"; {2}[\d.]+ s$/m);
    assert.match(passed.stdout, /^\[1\/6\] const answer.*\n {2}42\n\[1\/6\] {2}[\d.]+ s$/m);
    assert.match(passed.stdout, /^done in /m);
  });

  it("hands extra environment to the kernel", () => assert.deepEqual(outputs[0][0].data?.["text/plain"], ["42"]));

  it("saves a display in its last state", () => {
    assert.deepEqual(outputs[1].map(({ data }) => data?.["text/plain"]), [["last"]]);
    assert.deepEqual(outputs[2], []);
  });

  it(`loses none of ${lines} lines printed at once`, () => {
    assert.deepEqual(outputs[3][0].text?.map((line) => line.trim()), Array.from({ length: lines }, (_, i) => `line ${i}`));
    assert.match(passed.stdout, new RegExp(`^ {2}line ${lines - 1}$`, "m"));
  });

  it("keeps of a progress line what a terminal shows at the end", () => assert.deepEqual(outputs[4][0].text, ["step 2"]));

  it("runs cells in the notebook's folder, and accepts a rejection that is handled", () => assert.match(outputs[5][0].data?.["text/plain"].join("") ?? "", new RegExp(path.basename(folder()))));

  for (const [name, { cell, reason }] of Object.entries(failing)) {
    it(`fails a notebook of the kind "${name}", naming notebook and cell`, () => {
      assert.equal(failed.code, 1);
      const line = failed.stderr.split("\n").find((text) => text.includes(`${name}.ipynb`)) ?? "";
      assert.ok(line.startsWith(`${path.join(folder(), name)}.ipynb, cell ${cell}: `), failed.stderr);
      assert.match(line, reason);
    });
  }

  it("saves the failed notebook with the error as an output of its cell", () => {
    const { cells } = JSON.parse(readFileSync(path.join(folder(), "out", "throws.ipynb"), "utf8")) as { cells: { outputs: Output[] }[] };
    assert.deepEqual(cells.map(({ outputs: [first] }) => first?.output_type), ["execute_result", "error", undefined]);
    assert.deepEqual([cells[1].outputs[0].ename, cells[1].outputs[0].evalue], ["RangeError", "too far"]);
  });

  it("fails when the executed notebook cannot be written", () => {
    assert.equal(unwritable.code, 1);
    assert.match(unwritable.stderr, /unwritable\.ipynb, cell 1: has run, but the notebook cannot be written to \/dev\/null\/out\/unwritable\.ipynb: Not a directory$/m);
  });

  it("fails a notebook for another kernel", () => assert.match(failed.stderr, /wrong\.ipynb: wrong kernel: python3; expected zsq$/m));

  it("refuses bad arguments with exit code 2", async () => {
    const missing = await execute([path.join(folder(), "absent.ipynb")]);
    assert.deepEqual([missing.code, /error: no such notebook: .*absent\.ipynb/.test(missing.stderr)], [2, true]);
    const env = await execute([path.join(folder(), "good.ipynb")], "--env", "SEED");
    assert.deepEqual([env.code, /expected KEY=VALUE/.test(env.stderr)], [2, true]);
  });
});
