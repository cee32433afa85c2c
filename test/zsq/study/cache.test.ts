import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheKey, ResultCache } from "zsq/dist/study/cache";
import { canonicalJson } from "zsq/dist/study/canonical-json";
import { temporaryFolder } from "../../helpers/temporary-folder";

const description = { kind: "distill", version: 1, parameters: { images: 4, seed: 1 }, inputs: { checkpoint: "ab" } };
const tensors = new Map([["images", { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 1e-20) }]]);

describe("canonicalJson", () => {
  it("sorts keys and leaves out what is undefined", () => assert.equal(canonicalJson({ b: [1, null], a: { d: "x", c: undefined } }), '{"a":{"d":"x"},"b":[1,null]}'));
  it("refuses what has no text of its own", () => {
    assert.throws(() => canonicalJson({ a: NaN }), /canonicalJson: invalid number: NaN; expected a finite one/);
    assert.throws(() => canonicalJson([new Map()]), /canonicalJson: unsupported value: Map; expected what JSON can hold/);
    assert.throws(() => canonicalJson(() => 1), /canonicalJson: unsupported value: function/);
  });
});

describe("cacheKey", () => {
  it("does not depend on the order of keys", () => assert.equal(cacheKey({ a: 1, b: 2 }), cacheKey({ b: 2, a: 1 })));
  it("changes with everything that determines a result", () => {
    const { kind, version, parameters, inputs } = description;
    const others = [
      { ...description, kind: `${kind}2` }, { ...description, version: version + 1 }, { ...description, parameters: { ...parameters, images: 5 } },
      { ...description, parameters: { ...parameters, seed: 2 } }, { ...description, inputs: { ...inputs, checkpoint: "ac" } }, { ...description, inputs: {} },
    ];
    assert.equal(new Set([description, ...others].map(cacheKey)).size, 1 + others.length);
  });
});

describe("ResultCache", () => {
  const folder = temporaryFolder();
  const stored = (): { cache: ResultCache; key: string } => {
    const cache = new ResultCache(folder.path);
    return { cache, key: cache.write(description, { value: { map: 0.5 }, tensors }) };
  };

  it("gives back what was written, by the key of its description", () => {
    const { cache, key } = stored();
    assert.equal(key, cacheKey(description));
    assert.deepEqual(cache.read(key), { value: { map: 0.5 }, tensors });
    assert.equal(cache.has(key), true);
  });

  it("holds results without arrays", () => {
    const cache = new ResultCache(folder.path);
    assert.deepEqual(cache.read(cache.write({ kind: "x" }, { value: [1, 2] })), { value: [1, 2] });
  });

  it("says null for what it does not have", () => {
    assert.equal(new ResultCache(join(folder.path, "none")).read("00".repeat(32)), null);
    assert.equal(new ResultCache(folder.path).has("00".repeat(32)), false);
  });

  it("writes the same bytes for the same result", () => {
    const { cache, key } = stored();
    const bytes = readFileSync(cache.tensorPath(key));
    cache.write(description, { value: { map: 0.5 }, tensors });
    assert.deepEqual(readFileSync(cache.tensorPath(key)), bytes);
  });

  it("does not believe a changed value", () => {
    const { cache, key } = stored();
    const path = cache.tensorPath(key).replace(/safetensors$/, "json");
    writeFileSync(path, readFileSync(path, "utf8").replace("0.5", "0.6"));
    assert.equal(cache.read(key), null);
    assert.equal(cache.has(key), false);
  });

  it("does not believe an entry that is cut short, swapped, or lacks its arrays", () => {
    const { cache, key } = stored();
    const path = cache.tensorPath(key).replace(/safetensors$/, "json");
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 40));
    assert.equal(cache.read(key), null);
    const other = cacheKey({ kind: "other" });
    cache.write({ kind: "other" }, { value: 1 });
    writeFileSync(cache.tensorPath(other).replace(/safetensors$/, "json"), whole);
    assert.equal(cache.read(other), null);
  });

  it("does not believe arrays of which one bit changed", () => {
    const { cache, key } = stored();
    const bytes = readFileSync(cache.tensorPath(key));
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(cache.tensorPath(key), bytes);
    assert.equal(cache.read(key), null);
  });

  it("forgets a result that is removed", () => {
    const { cache, key } = stored();
    cache.remove(key);
    assert.equal(cache.has(key), false);
    assert.equal(existsSync(cache.tensorPath(key)), false);
  });

  it("sweeps what interrupted writes left, and nothing else", () => {
    const { cache, key } = stored();
    const part = join(folder.path, key.slice(0, 2));
    const host = /^[A-Za-z0-9-]*/.exec(require("node:os").hostname().replace(/[^A-Za-z0-9-]/g, "-"))![0];
    writeFileSync(join(part, `${key}.json.${host}.4194303.0.tmp`), "half");
    cache.sweep();
    assert.deepEqual(readdirSync(part).sort(), [`${key}.json`, `${key}.safetensors`]);
    assert.notEqual(cache.read(key), null);
  });
});
