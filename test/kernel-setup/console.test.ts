import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { python, root, suiteFolder } from "./helpers";

const folder = suiteFolder();

describe("kernel: jupyter console", function () {
  this.timeout(180_000);
  const gave = new Map<string, string>();

  /** What inputs give in a terminal (null: Ctrl-C). */
  const inputs = {
    value: "6 * 7",
    lines: "const add = (a: number, b: number) => {\rreturn a + b; }",
    use: "add(1, 2)",
    printed: "console.log('printed')",
    sdk: 'import { scheme } from "zsq"; scheme("W8A4").weights.bits',
    thrown: 'throw new RangeError("too far")',
    types: "const text: string = 5;",
    endless: "for (;;) {}",
    stop: null,
    after: "add(2, 3)",
  };
  let code: number | undefined;

  before(() => {
    const { stdout, stderr } = spawnSync(python, [path.join(root, "test", "kernel-setup", "console.py"), folder()], { input: JSON.stringify(Object.values(inputs)), encoding: "utf8" });
    assert.ok(stdout, stderr.slice(-2000));
    const answer = JSON.parse(stdout) as { results: [string, string][]; code: number };
    for (const [input, output] of answer.results) gave.set(Object.entries(inputs).find(([, text]) => text === input)![0], output);
    code = answer.code;
  });

  const shows: [name: keyof typeof inputs, what: string, text: RegExp][] = [
    ["value", "a value", /Out\[1\]: 42/],
    ["lines", "an input of two lines, which it asks for", /\n +\.\.\.: +return a \+ b; \}/],
    ["use", "what was declared", /Out\[3\]: 3/],
    ["printed", "text", /\nprinted\n/],
    ["sdk", "a value of the SDK", /Out\[5\]: 8/],
    ["thrown", "a thrown error with its place", /\nRangeError: too far\n1 \| throw new RangeError\("too far"\)\n +\^/],
    ["types", "a type error", /1:7 - Type 'number' is not assignable to type 'string'\. TS2322/],
    ["endless", "that Ctrl-C ended a loop", /\^CInterrupted: the cell was stopped/],
    ["after", "a value after that", /Out\[9\]: 5/],
  ];
  for (const [name, what, text] of shows) it(`shows ${what}`, () => assert.match(gave.get(name) ?? "nothing", text));
  it("ends with Ctrl-D, without an error", () => assert.equal(code, 0));
});
