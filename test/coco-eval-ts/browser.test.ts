import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { evaluate } from "coco-eval-ts";
import { originalCases } from "./cases";
import { segmScene } from "./segm-scene";

const ENTRY = require.resolve("coco-eval-ts");

/** The built files that the library's entry needs, with what each asks for. */
function closure(): Map<string, string[]> {
  const files = new Map<string, string[]>(), open = [ENTRY];
  while (open.length > 0) {
    const file = open.pop()!;
    if (files.has(file)) continue;
    const asked = [...readFileSync(file, "utf8").matchAll(/\brequire\("([^"]+)"\)|\bimport\("([^"]+)"\)/g)].flatMap(([, ...names]) => names.filter(Boolean));
    files.set(file, asked);
    open.push(...asked.filter((name) => name.startsWith(".")).map((name) => resolve(file, name)));
  }
  return files;
}

const resolve = (from: string, name: string): string => [`${name}.js`, `${name}/index.js`].map((each) => join(dirname(from), each)).find((each) => existsSync(each))!;

/** The library in a world that has JavaScript alone: no process, Buffer, require, TextDecoder or console. */
function inBareWorld(expression: string): unknown {
  const world = createContext({}), loaded = new Map<string, object>();
  const load = (file: string): object => {
    const known = loaded.get(file);
    if (known) return known;
    const exports = {};
    loaded.set(file, exports);
    (runInContext(`(function (exports, require) { ${readFileSync(file, "utf8")}\n})`, world) as (exports: object, require: (name: string) => object) => void)(exports, (name) => load(resolve(file, name)));
    return exports;
  };
  return (runInContext(`(function (cocoEval) { return ${expression}; })`, world) as (cocoEval: object) => unknown)(load(ENTRY));
}

describe("coco-eval-ts without Node", () => {
  it("imports nothing but its own files", () => {
    const files = closure();
    assert.ok(files.size > 30);
    assert.deepEqual([...files.values()].flat().filter((name) => !name.startsWith(".")), []);
    assert.ok(![...files.keys()].some((file) => file.endsWith("cli.js")));
  });

  it("gives the same figures for boxes and masks", () => {
    const { gt, dets } = originalCases()[0], masks = segmScene(2);
    for (const input of [{ gt, dets, params: {} }, { gt: masks.gt, dets: masks.dets, params: { ...masks.params, iouType: "segm" as const } }]) {
      const text = JSON.stringify(JSON.stringify([input.gt, input.dets, { ...input.params, compat: "pycocotools" }]));
      const stats = inBareWorld(`JSON.stringify(Array.from(cocoEval.evaluate(...JSON.parse(${text})).stats))`);
      assert.deepEqual(JSON.parse(stats as string), [...evaluate(input.gt, input.dets, { ...input.params, compat: "pycocotools" }).stats]);
    }
  });
});
