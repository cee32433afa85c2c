import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fixture, readFixture } from "../../helpers/fixture";
import { runCli } from "../../helpers/run-cli";
import { temporaryFolder } from "../../helpers/temporary-folder";

const PARTS = ["exact", "abs_hist_2048", "float32_histc_replay", "onnxruntime", "torch_ao_histogram_observer", "affine_int8"];

type Figures = Record<string, unknown> & { id: string };

// every integer, and other numbers within 1e-9 of the reference: sums are taken in another order
function assertClose(actual: unknown, expected: unknown, place: string, tolerance = 1e-9): void {
  if (typeof expected !== "object" || expected === null) {
    const close = typeof expected === "number" && typeof actual === "number" && !Number.isInteger(expected) && Math.abs(actual - expected) <= tolerance * Math.abs(expected);
    assert.ok(close || Object.is(actual, expected) || actual === expected, `${place}: ${String(actual)}; expected ${String(expected)}`);
    return;
  }
  assert.deepEqual(Object.keys(actual as object).sort(), Object.keys(expected).sort(), place);
  for (const [key, value] of Object.entries(expected)) assertClose((actual as Record<string, unknown>)[key], value, `${place}.${key}`, tolerance);
}

describe("zsq calibrate", () => {
  const folder = temporaryFolder();

  it("gives numpy's figures for every case of the fixture", async () => {
    const { code, stdout } = await runCli("calibrate", "--fixture", fixture("zsq", "calibrators", "calibration.json"), "--json");
    assert.equal(code, 0);
    const { cases } = JSON.parse(stdout) as { cases: Figures[] };
    const reference = readFixture<{ cases: Figures[] }>("zsq", "calibrators", "calibration.json").cases;
    assert.deepEqual(cases.map(({ id }) => id), reference.map(({ id }) => id));
    cases.forEach((figures, i) => {
      assert.deepEqual(Object.keys(figures).filter((part) => part !== "id"), PARTS.filter((part) => part in reference[i]));
      for (const part of ["exact", "abs_hist_2048", "affine_int8"]) assertClose(figures[part], reference[i][part], `${figures.id}.${part}`);
    });
  });

  it("gives the figures of toolkits: every integer, values to 1e-6", async () => {
    const { stdout } = await runCli("calibrate", "--fixture", fixture("zsq", "calibrators", "calibration.json"), "--json");
    const { cases } = JSON.parse(stdout) as { cases: Figures[] };
    readFixture<{ cases: Figures[] }>("zsq", "calibrators", "calibration.json").cases.forEach((expected, i) => {
      for (const part of ["float32_histc_replay", "onnxruntime", "torch_ao_histogram_observer"].filter((name) => name in expected)) assertClose(cases[i][part], expected[part], `${expected.id}.${part}`, 1e-6);
    });
  });

  it("names a fixture that is missing, damaged, or of an unknown family", async () => {
    const path = join(folder.path, "fixture.json");
    assert.match((await runCli("calibrate", "--fixture", path)).stderr, /^calibrate: missing file: .*fixture\.json; expected a readable calibration fixture\n$/);
    writeFileSync(path, "{");
    assert.match((await runCli("calibrate", "--fixture", path)).stderr, /^calibrate: damaged .*fixture\.json: [^\n]*\n$/);
    writeFileSync(path, JSON.stringify({ percentiles: [99], cases: [{ id: "a", family: "b", seed: 1, sizes: [1], scales: [1] }] }));
    const { code, stderr } = await runCli("calibrate", "--fixture", path);
    assert.equal(code, 1);
    assert.match(stderr, /^calibrate: unknown family: b; expected one of relu_gauss, /);
  });

  it("asks for the fixture", async () => assert.equal((await runCli("calibrate")).code, 2));
});
