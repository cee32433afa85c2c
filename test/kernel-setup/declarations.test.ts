import assert from "node:assert/strict";
import { readFileSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { root, run } from "./helpers";

const command = path.join(root, "kernel-setup", "declarations.mjs");
const dist = (name: string, file: string): string => path.join(root, "sdk", name, "dist", file);
const make = async (): Promise<void> => assert.deepEqual(await run(process.execPath, [command]), { code: 0, stdout: "", stderr: "" });

/** The names in a declaration file's `export { … }` and `export * as …`, sorted; it has no other exports. */
function namesOf(file: string): string[] {
  const { statements } = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  return statements.filter(ts.isExportDeclaration).flatMap(({ exportClause }) => {
    assert.ok(exportClause, `${file}: exports without names`);
    return ts.isNamedExports(exportClause) ? exportClause.elements.map(({ name }) => name.text) : [exportClause.name.text];
  }).sort();
}

describe("kernel-setup: flat declarations", function () {
  this.timeout(120_000);
  before(make);

  for (const name of ["coco-eval-ts", "zsq"]) {
    it(`of ${name} export the same names as those of its modules, and as types all others that a variable may be of`, () => {
      const text = readFileSync(dist(name, "flat.d.ts"), "utf8"), own = namesOf(dist(name, "index.d.ts")), names = new Set(namesOf(dist(name, "flat.d.ts")));
      assert.ok(own.length > 20);
      assert.deepEqual(own.filter((one) => !names.has(one)), []);
      const others = [...names].filter((one) => !own.includes(one)), types = /export type \{([^}]*)\};\s*$/.exec(text)![1].split(",").map((one) => one.trim());
      assert.ok(others.length > 0);
      assert.deepEqual(others.filter((one) => !types.includes(one)), []);
      for (const [, type] of text.matchAll(/^(?:interface|type|declare class) (\w+)/gm)) assert.ok(names.has(type) || text.includes(`${type} as `), type);
    });
  }

  it("import no more than tensors, their methods, the other package, and a runtime's tensor", () => {
    const imported = [...readFileSync(dist("zsq", "flat.d.ts"), "utf8").matchAll(/^import (?:.* from )?['"](.*)['"];$/gm)].map(([, name]) => name).sort();
    assert.deepEqual(imported, ["@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops", "@tensorflow/tfjs-core/dist/tensor", "coco-eval-ts", "onnxruntime-node"]);
  });

  it("keep docstrings, and write schemas' types out", () => {
    const text = readFileSync(dist("zsq", "flat.d.ts"), "utf8");
    assert.match(text, /\* Distils images from noise/);
    assert.match(text, /type Verdict = \{\s*claim: string;\s*seen: "seen" \| "not seen" \| "reversed";\s*evidence: string;\s*\}/);
  });

  it("are made anew after a change, and only then; the kernel does not believe stale ones", async () => {
    const flat = dist("coco-eval-ts", "flat.d.ts"), changed = dist("coco-eval-ts", "index.d.ts");
    const made = statSync(flat).mtimeMs;
    await make();
    assert.equal(statSync(flat).mtimeMs, made);
    const later = new Date(made + 10);
    utimesSync(changed, later, later);
    const script = `require("./kernel-setup/kernel/packages.cjs").hideStaleDeclarations();
      const { sys } = require("./kernel-setup/kernel/tslab.cjs").original;
      console.log(["sdk/coco-eval-ts", "node_modules/coco-eval-ts", "sdk/zsq"].map((folder) => sys.fileExists(process.cwd() + "/" + folder + "/dist/flat.d.ts")).join());`;
    const seen = async (): Promise<string> => (await run("sh", ["-c", `cd '${root}' && '${process.execPath}' -e '${script}'`])).stdout.trim();
    assert.equal(await seen(), "false,false,true");
    await make();
    assert.ok(statSync(flat).mtimeMs > made + 10);
    assert.equal(await seen(), "true,true,true");
  });
});
