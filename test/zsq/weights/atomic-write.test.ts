import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "zsq";
import { sweepTemporaries } from "zsq/dist/weights/atomic-write";
import { suiteFolder } from "../../helpers/suite-folder";

describe("writeFileAtomic", () => {
  const folder = suiteFolder();

  it("writes text, bytes and pieces of bytes, replacing what was there", () => {
    const path = join(folder, "deep", "er", "a.txt");
    writeFileAtomic(path, "grüße");
    assert.equal(readFileSync(path, "utf8"), "grüße");
    writeFileAtomic(path, Uint8Array.of(1, 2));
    assert.deepEqual([...readFileSync(path)], [1, 2]);
    writeFileAtomic(path, [Uint8Array.of(3), new Uint8Array(0), Uint8Array.of(4, 5)]);
    assert.deepEqual([...readFileSync(path)], [3, 4, 5]);
    assert.deepEqual(readdirSync(join(folder, "deep", "er")), ["a.txt"]);
  });

  it("leaves the old file and nothing else when writing fails half-way", () => {
    const path = join(folder, "half", "a");
    writeFileAtomic(path, "old");
    const failing = function* (): Iterable<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error("no\nmore");
    };
    assert.throws(() => writeFileAtomic(path, failing()), { message: `writeFileAtomic: invalid ${path}: no more; expected a file that can be written` });
    assert.equal(readFileSync(path, "utf8"), "old");
    assert.deepEqual(readdirSync(join(folder, "half")), ["a"]);
  });

  it("names a file below a folder that cannot be made", function () {
    if (!existsSync("/proc/self")) this.skip();
    assert.throws(() => writeFileAtomic("/proc/none/such/file", "x"), /^Error: writeFileAtomic: invalid \/proc\/none\/such\/file: ENOENT: .*; expected a file that can be written$/);
  });

  it("names a file that cannot be written", () => {
    writeFileSync(join(folder, "file"), "");
    assert.throws(() => writeFileAtomic(join(folder, "file", "a"), ""), /^Error: writeFileAtomic: invalid .*file.a: .*; expected a file that can be written$/);
    mkdirSync(join(folder, "folder"));
    assert.throws(() => writeFileAtomic(join(folder, "folder"), ""), /^Error: writeFileAtomic: invalid .*folder: .*; expected a file that can be written$/);
  });

  it("leaves the old or the new file, whole, when the process is killed", async () => {
    const path = join(folder, "killed", "a"), size = 1 << 22;
    const module = resolve("sdk/zsq/dist/weights/atomic-write.js");
    const loop = `const {writeFileAtomic} = require(${JSON.stringify(module)}); for (let i = 0; ; i++) { writeFileAtomic(${JSON.stringify(path)}, new Uint8Array(${size}).fill(i)); if (!i) console.log(); }`;
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, ["-e", loop], { stdio: ["ignore", "pipe", "inherit"] });
      const ended = once(child, "exit");
      await once(child.stdout, "data");
      await new Promise((go) => setTimeout(go, 3 * round));
      child.kill("SIGKILL");
      await ended;
      const bytes = readFileSync(path);
      assert.equal(bytes.length, size);
      assert.ok(bytes.every((x) => x === bytes[0]));
    }
    sweepTemporaries(join(folder, "killed"));
    assert.deepEqual(readdirSync(join(folder, "killed")), ["a"]);
  });
});

describe("sweepTemporaries", () => {
  const folder = suiteFolder();

  it("removes what is left of processes that are gone, and what is older than a day", () => {
    const host = hostname().replace(/[^A-Za-z0-9-]/g, "-");
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    const names = { gone: `a.${host}.${gone}.0.tmp`, running: `a.${host}.${process.pid}.0.tmp`, elsewhere: `a.else.${gone}.0.tmp`, stale: `b.else.${gone}.0.tmp`, other: "a.tmp" };
    for (const name of Object.values(names)) writeFileSync(join(folder, name), "");
    const longAgo = Date.now() / 1000 - 90_000;
    utimesSync(join(folder, names.stale), longAgo, longAgo);
    assert.equal(sweepTemporaries(folder), 2);
    assert.deepEqual(readdirSync(folder).sort(), [names.running, names.elsewhere, names.other].sort());
  });

  it("finds nothing in a folder that does not exist", () => {
    assert.equal(sweepTemporaries(join(folder, "none")), 0);
    assert.ok(!existsSync(join(folder, "none")));
  });
});
