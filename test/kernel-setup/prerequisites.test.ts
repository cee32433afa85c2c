import assert from "node:assert/strict";
import { load } from "./helpers";

interface Problem {
  message: string;
  remedy: string;
}
interface Prerequisites {
  parseVersion(text: string | null): number[] | null;
  isAtLeast(a: number[], b: number[]): boolean;
  nodeProblem(version: string): Problem | null;
  pythonProblem(found: { version: string; hasVenv: boolean } | null): Problem | null;
  compilerProblem(found: object | null): Problem | null;
  diskProblem(free: number, needed: number): Problem | null;
}

describe("kernel-setup: prerequisites", () => {
  let checks: Prerequisites;
  before(async () => { checks = await load<Prerequisites>("steps/prerequisites.mjs"); });

  it("reads versions as tools print them", () => {
    assert.deepEqual(checks.parseVersion("v20.19.1"), [20, 19, 1]);
    assert.deepEqual(checks.parseVersion("Python 3.11"), [3, 11, 0]);
    assert.equal(checks.parseVersion("no numbers"), null);
    assert.equal(checks.parseVersion(null), null);
  });

  it("compares versions number by number", () => {
    assert.ok(checks.isAtLeast([3, 10, 0], [3, 10, 0]));
    assert.ok(checks.isAtLeast([3, 10, 0], [3, 9, 9]));
    assert.ok(!checks.isAtLeast([3, 9, 20], [3, 10, 0]));
  });

  it("takes Node 20.19 to 26 and names what it found otherwise", () => {
    for (const version of ["20.19.0", "22.3.0", "24.21.0", "26.10.0"]) assert.equal(checks.nodeProblem(version), null);
    assert.equal(checks.nodeProblem("18.20.4")?.message, "unsupported Node: 18.20.4; expected 20.19 to 26");
    assert.match(checks.nodeProblem("20.18.3")?.message ?? "", /20\.18\.3/);
    assert.match(checks.nodeProblem("27.0.0")?.remedy ?? "", /install Node/);
  });

  it("wants Python 3.10 with venv", () => {
    assert.equal(checks.pythonProblem({ version: "3.10.0", hasVenv: true }), null);
    assert.equal(checks.pythonProblem(null)?.message, "missing Python; expected 3.10 or newer");
    assert.equal(checks.pythonProblem({ version: "3.9.2", hasVenv: true })?.message, "unsupported Python: 3.9.2; expected 3.10 or newer");
    assert.match(checks.pythonProblem({ version: "3.12.1", hasVenv: false })?.remedy ?? "", /python3-venv/);
  });

  it("names the package of a missing compiler", () => {
    assert.equal(checks.compilerProblem({}), null);
    assert.match(checks.compilerProblem(null)?.remedy ?? "", /apt-get install g\+\+/);
  });

  it("says how much disk space is there and how much is needed", () => {
    assert.equal(checks.diskProblem(3e9, 3e9), null);
    assert.equal(checks.diskProblem(1.24e9, 3e9)?.message, "too little disk space: 1.2 GB free; expected 3.0 GB");
  });
});
