import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acquireLock, lockOwner, LockedError, type LockOwner } from "zsq/dist/runs/lock";
import { ownIdentity } from "zsq/dist/runs/process-identity";
import { temporaryFolder } from "../../helpers/temporary-folder";

const MODULE = JSON.stringify(require.resolve("zsq/dist/runs/lock"));

describe("acquireLock", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const path = (): string => join(folder.path, "lock");
  const write = (owner: Partial<LockOwner>): void => writeFileSync(path(), JSON.stringify({ ...ownIdentity(), since: "2000-01-01T00:00:00.000Z", nonce: "old", ...owner }));

  it("is held until it is released, and says by whom", () => {
    const lock = acquireLock(path());
    assert.equal(lockOwner(path())?.pid, process.pid);
    assert.throws(() => acquireLock(path()), (error: Error) => error instanceof LockedError && error.message.includes(`is held by process ${process.pid} on ${lock.owner.host} since ${lock.owner.since}`));
    lock.release();
    assert.equal(lockOwner(path()), null);
    acquireLock(path()).release();
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it("is taken over when its process is gone, or its number belongs to another", () => {
    const dead = spawnSync(process.execPath, ["-e", "console.log(process.pid)"], { encoding: "utf8" });
    for (const owner of [{ pid: Number(dead.stdout) }, { started: "1" }]) {
      write(owner);
      assert.equal(lockOwner(path()), null);
      acquireLock(path()).release();
    }
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it("is taken over even if its taker-over died", () => {
    write({ started: "1", nonce: "a" });
    writeFileSync(`${path()}.over.a`, JSON.stringify({ ...ownIdentity(), started: "2", nonce: "b", since: "" }));
    acquireLock(path()).release();
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it("of another machine is respected for ten minutes after its last sign of life", () => {
    write({ host: "elsewhere" });
    assert.throws(() => acquireLock(path()), LockedError);
    utimesSync(path(), new Date(), new Date(Date.now() - 11 * 60_000));
    acquireLock(path()).release();
  });

  it("names a damaged file", () => {
    writeFileSync(path(), "{");
    assert.throws(() => acquireLock(path()), /lock: damaged lock file: .*lock; expected JSON that names its owner/);
  });

  it("goes to exactly one of six processes, fifty times, left by a process that died", async () => {
    const races = 50, racers = 6;
    const script = `
      const { acquireLock } = require(${MODULE}), { existsSync, appendFileSync } = require("node:fs");
      const [dir] = process.argv.slice(1);
      let held = null;
      process.on("message", (race) => {
        held?.release(); held = null;
        const path = dir + "/" + race + ".lock";
        try { held = acquireLock(path); process.send({ race, won: true }); } catch (error) { process.send({ race, won: false, error: error.name }); }
      });`;
    for (let race = 0; race < races; race++) writeFileSync(join(folder.path, `${race}.lock`), JSON.stringify({ ...ownIdentity(), started: "1", nonce: `old${race}`, since: "" }));
    const children = Array.from({ length: racers }, () => spawn(process.execPath, ["-e", script, folder.path], { stdio: ["ignore", "inherit", "inherit", "ipc"] }));
    for (let race = 0; race < races; race++) {
      const replies = await Promise.all(children.map((child) => new Promise<{ won: boolean; error?: string }>((resolve) => {
        child.once("message", resolve as (message: unknown) => void);
        child.send(race);
      })));
      assert.equal(replies.filter(({ won }) => won).length, 1, `race ${race}`);
      assert.ok(replies.every(({ won, error }) => won || error === "LockedError"), `race ${race}`);
      assert.ok(existsSync(join(folder.path, `${race}.lock`)));
      assert.ok(!readFileSync(join(folder.path, `${race}.lock`), "utf8").includes("old"));
    }
    for (const child of children) child.kill("SIGKILL");
  });
});
