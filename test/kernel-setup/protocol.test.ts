import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { KernelBridge, type Execution } from "./bridge";
import { root, suiteFolder } from "./helpers";

const folder = suiteFolder();
const numbers = (count: number): string => Array.from({ length: count }, (_, k) => `${k}\n`).join("");
const sleep = (ms: number): string => `await new Promise((done) => setTimeout(done, ${ms}));`;

describe("kernel: protocol", function () {
  this.timeout(60_000);
  let kernel: KernelBridge;
  const run = (code: string, options?: Parameters<KernelBridge["execute"]>[1]): Promise<Execution> => kernel.execute(code, options);

  before(async () => {
    mkdirSync(path.join(folder(), "beside"));
    kernel = new KernelBridge(path.join(folder(), "beside")); // a folder outside of the repository
    await kernel.ready;
  });
  after(() => kernel.close());

  const value = (name: string, code: string, expected: string | undefined): void => {
    it(`${name}: gives ${expected ?? "no result"}`, async () => {
      const cell = await run(code);
      assert.deepEqual([cell.status, cell.result, cell.error], ["ok", expected, undefined]);
    });
  };
  const fails = (name: string, code: string, error: RegExp, ...traceback: RegExp[]): void => {
    it(`${name}: is an error`, async () => {
      const cell = await run(code);
      assert.match(cell.error ?? "no error", error);
      const [message] = cell.of("error");
      assert.deepEqual([cell.status, cell.reply.ename, cell.reply.evalue, cell.of("error").length], ["error", message.ename, message.evalue, 1]);
      for (const line of traceback) assert.match(cell.traceback, line);
      assert.doesNotMatch(cell.traceback, /kernel-setup\/kernel|node:internal|evalmachine/);
    });
  };

  describe("cells", () => {
    value("an expression", "const one: number = 1;\none + 1", "2");
    value("a statement", "const two = 2;", undefined);
    value("a name of an earlier cell", "one + two", "3");
    value("a declaration again", "const one = 'one';\none", "'one'");
    value("undefined", "undefined", undefined);
    value("null", "null", undefined);
    value("a top-level await", "await Promise.resolve(5)", "5");
    value("an interface of an earlier cell", "interface Point { x: number }\nconst point: Point = { x: 4 };", undefined);
    value("its use", "const other: Point = { x: point.x + 1 };\nother", "{ x: 5 }");
    value("a shorthand property of an earlier name", "({ two })", "{ two: 2 }");
    value("a shorthand property that a parameter hides", "((two: number) => ({ two }))(7)", "{ two: 7 }");
    value("a class with a private field", "class Counter { #n = 1; next() { return this.#n++; } }\nnew Counter().next()", "1");
    value("a loop that continues", "let sum = 0;\nfor (const n of [1, 2, 3]) { if (n === 2) continue; sum += n; }\nsum", "4");
    value("a loop without a block", "let last = 0;\nfor (let k = 0; k < 5; k++) last = k;\nlast", "4");
    value("an async generator", "async function* count() { for (let k = 0; k < 3; k++) yield k; }\nconst seen: number[] = [];\nfor await (const k of count()) seen.push(k);\nseen", "[ 0, 1, 2 ]");
    value("an object that says how it is shown", "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>x</b>', 'text/plain': 'x' }) })", "x");
    value("a built-in module", 'import { basename } from "node:path";\nbasename("a/b")', "'b'");
    value("console.error, which is no error", "console.error('careful');", undefined);
    it("counts and repeats its input", async () => {
      const [first, second] = [await run("1"), await run("2")];
      assert.equal(second.reply.execution_count, (first.reply.execution_count as number) + 1);
      assert.deepEqual(second.of("execute_input"), [{ code: "2", execution_count: second.reply.execution_count }]);
      assert.deepEqual(second.messages.map(([type, { execution_state }]) => execution_state ?? type), ["busy", "execute_input", "execute_result", "idle"]);
    });
    it("neither counts nor tells a silent request", async () => {
      const before = await run("1"), silent = await run("40 + 2", { options: { silent: true } });
      assert.deepEqual(silent.messages.map(([type]) => type), ["status", "status"]);
      assert.equal(silent.reply.execution_count, before.reply.execution_count);
    });
    it("answers user expressions", async () => {
      const { reply } = await run("const three = 3;", { options: { user_expressions: { six: "three * 2", bad: "nothing" } } });
      const { six, bad } = reply.user_expressions as Record<string, { status: string; data?: object }>;
      assert.deepEqual([six.status, six.data, bad.status], ["ok", { "text/plain": "6" }, "error"]);
    });
  });

  describe("errors", () => {
    fails("a thrown error", "\nthrow new RangeError('too far');", /^RangeError: too far$/, /^2 \| throw new RangeError/m, /at In\[\d+\]:2:7/);
    fails("one below types that vanish", "interface A { a: number }\n\nfunction f(a: A): number {\n  throw new TypeError(`bad ${a.a}`);\n}\nf({ a: 1 });", /^TypeError: bad 1$/, /^4 \| /m, /at f \(In\[\d+\]:4:9\)[^]*In\[\d+\]:6:1/);
    fails("one after an await", `${sleep(1)}\n\nthrow new Error('late');`, /^Error: late$/, /^3 \| throw/m);
    fails("a cause", "throw new Error('outer', { cause: new Error('inner') });", /^Error: outer$/, /cause.*Error: inner/);
    fails("a thrown string", "throw 'text';", /^thrown string: text$/);
    fails("a thrown undefined", "throw undefined;", /^thrown undefined: undefined$/);
    fails("an object that cannot be shown", "throw new Proxy(new Error('x'), { get() { throw 1; } });", /cannot be shown/);
    fails("a type error", "const n: number = 1;\nconst s: string = n;", /^TypeScriptError: 2:7 - Type 'number' is not assignable to type 'string'\.$/, /^2 \| const s[^\n]*\n {10}\^/m, /TS2322/);
    fails("an unknown name", "nobody + 1", /^TypeScriptError: 1:1 - Cannot find name 'nobody'/);
    fails("a syntax error", "const n = = 1;", /^SyntaxError: 1:11 - Expression expected/);
    fails("an unfinished cell", "const n = ", /^SyntaxError: 1:11 - Expression expected/);
    fails("a missing module", 'import { x } from "no-such-package";', /Cannot find module 'no-such-package'/);
    fails("a missing module at run time", 'require("no-such-package")', /^Error: Cannot find module 'no-such-package'/, /at In\[\d+\]:1:1/);
    fails("a rejection that nobody awaits", "Promise.reject(new Error('nobody waits'));\n0", /^Error: un-awaited promise rejected: nobody waits$/);
    fails("a rejected value that is no error", "void Promise.reject(7);", /un-awaited promise rejected: 7$/);
    fails("process.exit", "process.exit(3);", /^ProcessExit: process\.exit\(3\) called/);
    fails("process.exit that is caught", "try { process.exit(4); } catch {}", /^ProcessExit: process\.exit\(4\) called/);
    fails("an endless recursion", "function down(): number { return down() + 1; }\ndown()", /^RangeError: Maximum call stack/);
    value("a rejection handled in time", "const expected = Promise.reject(new Error('expected'));\nawait expected.catch(() => 'caught')", "'caught'");
    value("a name declared in a failed cell's place", "const afterAll = 1;\nafterAll", "1");
    it("tells of a timer's error in the next cell, with the one that started it", async () => {
      const first = await run("setTimeout(() => { throw new Error('too late'); }, 20);");
      const second = await run(sleep(100));
      assert.equal(first.status, "ok");
      assert.match(second.error ?? "", /too late$/);
      assert.match(second.traceback, new RegExp(`In\\[${String(first.reply.execution_count)}\\], which had ended`));
      const [, , metadata] = second.messages.find(([type]) => type === "error")!;
      assert.equal(metadata.culprit, first.reply.execution_count);
    });
    it("tells of a late rejection in the next cell", async () => {
      await run("new Promise((_, reject) => setTimeout(() => reject(new Error('afterwards')), 50));\n0");
      assert.match((await run(sleep(200))).error ?? "no error", /un-awaited promise rejected.*afterwards$/);
      assert.equal((await run("1")).status, "ok");
    });
    it("aborts the cells that wait behind a failed one", async () => {
      assert.deepEqual(await kernel.queue(["throw new Error('x');", "1", "2"]), ["error", "aborted", "aborted"]);
      assert.deepEqual(await kernel.queue(["1", "2"]), ["ok", "ok"]);
    });
    it("goes on after a failed one where it is asked to", async () => {
      assert.equal((await run("throw new Error('x');", { options: { stop_on_error: false } })).status, "error");
      assert.equal((await run("1")).result, "1");
    });
  });

  describe("output", () => {
    for (const count of [1000, 10_000]) {
      it(`loses none of ${count} lines printed at once`, async () => assert.equal((await run(`for (let k = 0; k < ${count}; k++) console.log(k);`)).text(), numbers(count)));
    }
    it("loses none of 5,000 displays without a turn of the event loop", async () => {
      const cell = await run('import * as tslab from "tslab";\nfor (let k = 0; k < 5000; k++) tslab.display.text(String(k));');
      assert.deepEqual(cell.of("display_data").map(({ data }) => (data as Record<string, string>)["text/plain"]), Array.from({ length: 5000 }, (_, k) => String(k)));
    });
    it("keeps the order of text, errors' text and displays", async () => {
      const cell = await run('console.log("a");\nconsole.error("b");\ntslab.display.text("c");\nconsole.log("d");\n"e"');
      assert.deepEqual(cell.messages.map(([type, content]) => (content.name as string) ?? type).slice(2, -1), ["stdout", "stderr", "display_data", "stdout", "execute_result"]);
    });
    it("shows text while a loop never waits", async () => {
      const cell = await run("for (let k = 0; k < 4; k++) { console.log(k); const end = Date.now() + 120; while (Date.now() < end); }");
      assert.ok(cell.of("stream").length >= 3, `${cell.of("stream").length} messages`);
      assert.equal(cell.text(), numbers(4));
    });
    it("updates a display ten times a second at most, and the last time always", async () => {
      const cell = await run('const bar = tslab.newDisplay();\nfor (let k = 0; k <= 100; k++) { bar.text(`${k} %`); await new Promise((done) => setTimeout(done, 5)); }');
      const updates = cell.of("update_display_data").map(({ data }) => (data as Record<string, string>)["text/plain"]);
      assert.ok(updates.length <= Math.ceil(cell.seconds * 10) + 1, `${updates.length} updates in ${cell.seconds} s`);
      assert.equal(updates.at(-1), "100 %");
    });
    it("gathers a progress line that overwrites itself", async () => {
      const cell = await run("for (let k = 0; k <= 1000; k++) process.stdout.write(`\\rstep ${k}`);");
      assert.match(cell.text(), /\rstep 1000$/);
      assert.ok(cell.text().length < 200, cell.text());
    });
    value("the methods of the SDK's tensors, without an import of tfjs", 'import { Detector } from "zsq";\nconst loss = (detector: Detector, x: Parameters<Detector["outputs"]>[0]) => detector.outputs(x.mul(2)).classLogits[0].sum();\ntypeof loss', "'function'");
    it("shows the SDK's bundle as one output", async () => {
      const cell = await run('import { showTable } from "zsq";\nshowTable([{ a: 1 }], { caption: "one" });');
      assert.deepEqual(cell.of("display_data").map(({ data }) => Object.keys(data as object).sort()), [["text/html", "text/plain"]]);
    });
  });

  describe("interrupt", function () {
    this.retries(2); // a second is a second on an idle machine only
    const stops = (name: string, code: string): void => {
      it(`ends ${name} within a second`, async () => {
        const cell = await run(code, { interruptAfter: 0.4 });
        assert.match(cell.error ?? "no error", /^Interrupted: /);
        assert.ok(cell.seconds > 0 && cell.seconds < 1, `${cell.seconds} s`);
        assert.equal((await run("40 + 2")).result, "42");
      });
    };
    value("a counter", "let n = 0;", undefined);
    stops("a loop", "for (;;) n++;");
    stops("a loop after an await", `${sleep(10)}\nfor (;;) n++;`);
    stops("a loop in a callback", "[1, 2].forEach(() => { for (;;) n++; });");
    stops("a wait for nothing", "await new Promise(() => {});");
    stops("an async loop", `n = 0;\nwhile (true) { ${sleep(10)} n++; }`);
    it("leaves nothing of it in the background", async () => {
      const before = (await run("n")).result;
      await run(sleep(200));
      assert.equal((await run("n")).result, before);
    });
    stops("native code that never waits", "/^(a+)+$/.test('a'.repeat(40) + 'b');");
    stops("the same after an await", `${sleep(10)}\n/^(a+)+$/.test('a'.repeat(40) + 'b');`);
    stops("a program that the cell waits for", 'import { execSync } from "node:child_process";\nexecSync("sleep 20");');
    it("runs finally blocks", async () => {
      const cell = await run("try { for (;;) n++; } finally { console.log('tidied'); }", { interruptAfter: 0.3 });
      assert.equal(cell.text(), "tidied\n");
    });
    it("ends intervals of cells that have ended", async () => {
      await run("n = 0;\nsetInterval(() => n++, 5);");
      await kernel.interrupt();
      const before = (await run("n")).result;
      await run(sleep(100));
      assert.equal((await run("n")).result, before);
    });
    it("ends a distillation through the signal that nobody passed, without a tensor left", async () => {
      const weights = path.join(root, "data-scripts/weights/embedded/thermal.safetensors");
      await run(`import * as tf from "@tensorflow/tfjs-node-gpu";\nimport { distill, distillPresets, loadDetector } from "zsq";\nconst detector = loadDetector(${JSON.stringify(weights)});\nconst tensors = tf.memory().numTensors;\nlet steps = 0;`);
      const cell = await run('await distill(detector, { ...distillPresets["paper-mean"], images: 1, imageShape: [64, 64], iterations: 100000, seed: 1, onProgress: () => void steps++ });', { interruptAfter: 1.5 });
      assert.match(cell.error ?? "no error", /^Interrupted: /);
      assert.ok(cell.seconds > 0 && cell.seconds < 1, `${cell.seconds} s`);
      const { result: before } = await run("steps");
      assert.ok(Number(before) > 0);
      await run(sleep(200));
      assert.deepEqual([(await run("steps")).result, (await run("tf.memory().numTensors - tensors")).result], [before, "0"]);
    });
    const images = "const images = tf.randomNormal([1, 64, 64, 3], 0, 1, 'float32', 1) as tf.Tensor4D;\nconst quantized = quantizeDetector(detector, calibrate(detector, images), scheme('W8A8'));\nconst many = Array.from({ length: 3000 }, () => images), crowd = Array.from({ length: 100000 }, () => images);\nconst held = tf.memory().numTensors;";
    const runs: Record<string, string> = {
      "a calibration, which never waits": "calibrate(detector, many, { onProgress: () => void steps++ });",
      "a calibration on so many images that a batch now and then sorts for a second": "calibrate(detector, crowd, { onProgress: () => void steps++ });",
      "a calibration after an await": `${sleep(10)}\ncalibrate(detector, many, { onProgress: () => void steps++ });`,
      "a layer report": "layerReport(detector, quantized, Object.fromEntries(many.map((batch, k) => [`batch ${k}`, batch])));",
      "another method's optimizer": "await imageMethods.get('zeroq-classification')!.synthesize(detector, { images: 1, imageShape: [64, 64], iterations: 100000, seed: 1, onProgress: () => void steps++ });",
    };
    value("the SDK again", `import { calibrate, imageMethods, layerReport, quantizeDetector, scheme } from "zsq";\n${images}`, undefined);
    for (const [name, code] of Object.entries(runs)) {
      it(`ends ${name} within a second, and nothing of it goes on`, async () => {
        await run("steps = 0;");
        const cell = await run(code, { interruptAfter: 1.5 });
        assert.match(cell.error ?? "no error", /^Interrupted: /);
        assert.ok(cell.seconds > 0 && cell.seconds < 1, `${cell.seconds} s`);
        const { result: before } = await run("steps");
        await run(sleep(200));
        assert.deepEqual([(await run("steps")).result, (await run("tf.memory().numTensors - held")).result], [before, "0"]);
      });
    }
  });

  describe("itself", () => {
    it("tells its language, its file extension, its MIME type, help", async () => {
      const { type, reply } = await kernel.request("kernel_info_request");
      const { name, version, file_extension, mimetype } = reply.language_info as Record<string, string>;
      assert.deepEqual([type, name, version, file_extension, mimetype], ["kernel_info_reply", "typescript", "5.0.4", ".ts", "text/typescript"]);
      assert.ok((reply.help_links as { url: string }[]).every(({ url }) => url.startsWith("https://")));
    });
    it("answers comm_info in its own form", async () => {
      const { type, reply } = await kernel.request("comm_info_request");
      assert.deepEqual({ type, reply }, { type: "comm_info_reply", reply: { status: "ok", comms: {} } });
    });
    const completeness: Record<string, string> = { "1 + 1": "complete", "": "complete", "for (const a of b) {": "incomplete", "f(1,": "incomplete", "const s = `open": "incomplete", "const n = = 1;": "invalid" };
    for (const [code, status] of Object.entries(completeness)) {
      it(`is_complete: ${JSON.stringify(code)} is ${status}`, async () => assert.equal((await kernel.request("is_complete_request", { code })).reply.status, status));
    }
    const complete = async (code: string, cursor_pos = code.length): Promise<Record<string, unknown>> => (await kernel.request("complete_request", { code, cursor_pos })).reply;
    it("completes members, with the place to fill", async () => {
      const { matches, cursor_start, cursor_end } = await complete("const a = [1];\na.fla");
      assert.deepEqual([(matches as string[])[0], cursor_start, cursor_end], ["flat", 17, 20]);
    });
    it("counts places in characters, not in halves of one", async () => {
      const { matches, cursor_start, cursor_end } = await complete("const a = ['😀😀'];\na.fla", 23);
      assert.deepEqual([(matches as string[])[0], cursor_start, cursor_end], ["flat", 20, 23]);
    });
    it("completes names of earlier cells", async () => assert.ok(((await complete("detec")).matches as string[]).includes("detector")));
    for (const [name, wanted] of [["zsq", "quantizeDetector"], ["@tensorflow/tfjs-node-gpu", "tidy"], ["danfojs-node", "DataFrame"]]) {
      it(`completes what ${name} exports, from a folder elsewhere`, async () => {
        const { matches } = await complete(`import * as all from "${name}";\nall.`);
        assert.ok((matches as string[]).includes(wanted));
      });
    }
    it("shows signature and documentation of an SDK function", async () => {
      const { found, data } = (await kernel.request("inspect_request", { code: 'import { distill } from "zsq";\ndistill', cursor_pos: 35 })).reply as { found: boolean; data: Record<string, string> };
      assert.ok(found);
      assert.match(data["text/plain"], /distill\(detector: Detector, options: DistillOptions\)[^]*Distils images from noise/);
      assert.match(data["text/markdown"], /^```typescript/);
    });
    it("finds nothing where nothing is", async () => assert.equal((await kernel.request("inspect_request", { code: "   ", cursor_pos: 1 })).reply.found, false));
  });

  describe("neighbours", () => {
    const write = (name: string, text: string): void => writeFileSync(path.join(folder(), "beside", name), text);
    it("imports a file beside the notebook, and again after a change", async () => {
      write("inner.ts", "export const base: number = 1;");
      write("lib.ts", 'import { base } from "./inner";\nexport const double = (): number => 2 * base;');
      assert.equal((await run('import { double } from "./lib";\ndouble()')).result, "2");
      write("inner.ts", "export const base: number = 21; // changed");
      assert.equal((await run('import { double } from "./lib";\ndouble()')).result, "42");
    });
    it("finds a file that was missing", async () => {
      assert.match((await run('import { late } from "./late";')).error ?? "", /Cannot find module/);
      write("late.ts", "export const late = 'here';");
      assert.equal((await run('import { late } from "./late";\nlate')).result, "'here'");
    });
    it("checks its types", async () => {
      write("wrong.ts", "export const text: string = 5;");
      assert.match((await run('import { text } from "./wrong";\ntext')).error ?? "", /wrong\.ts 1:14 - Type 'number' is not assignable/);
    });
    it("is strict from a cell on that says so", async () => {
      assert.equal((await run("const lax: string = null;")).status, "ok");
      assert.match((await run("// @strict\nconst tight: string = null;")).error ?? "", /Type 'null' is not assignable/);
      assert.equal((await run("lax")).status, "ok");
    });
  });

  describe("death", () => {
    it("tells of the process's death in the cell that caused it", async () => {
      const cell = await run("console.log('before');\nawait new Promise((done) => setTimeout(done, 200));\nprocess.kill(process.pid, 'SIGKILL');");
      assert.equal(cell.text(), "before\n");
      assert.match(cell.error ?? "", /^KernelDied: the kernel's process ended with SIGKILL/);
    });
  });
});
