import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fixture, readFixture } from "../../helpers/fixture";
import { runCli } from "../../helpers/run-cli";
import { temporaryFolder } from "../../helpers/temporary-folder";

const PARTS = ["exact", "abs_hist_2048", "float32_histc_replay", "onnxruntime", "torch_ao_histogram_observer", "affine_int8"];

type Figures = Record<string, unknown> & { id: string };

// every number within 1e-9 of the reference: sums are taken in another order
function assertClose(actual: unknown, expected: unknown, place: string): void {
  if (typeof expected !== "object" || expected === null) {
    const close = typeof expected === "number" && typeof actual === "number" && Math.abs(actual - expected) <= 1e-9 * Math.abs(expected);
    assert.ok(close || Object.is(actual, expected) || actual === expected, `${place}: ${String(actual)}; expected ${String(expected)}`);
    return;
  }
  assert.deepEqual(Object.keys(actual as object).sort(), Object.keys(expected).sort(), place);
  for (const [key, value] of Object.entries(expected)) assertClose((actual as Record<string, unknown>)[key], value, `${place}.${key}`);
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

  it("gives the figures of toolkits: every integer, ranges within a bin", async () => {
    const { stdout } = await runCli("calibrate", "--fixture", fixture("zsq", "calibrators", "calibration.json"), "--json");
    const { cases } = JSON.parse(stdout) as { cases: Figures[] };
    const reference = readFixture<{ cases: Figures[] }>("zsq", "calibrators", "calibration.json").cases;
    for (const [i, expected] of reference.entries()) {
      const { width } = expected.abs_hist_2048 as { width: number };
      for (const part of ["float32_histc_replay", "onnxruntime", "torch_ao_histogram_observer"]) {
        for (const [key, value] of Object.entries(expected[part] ?? {}).filter(([name]) => name !== "entropy_128bins")) {
          const own = (cases[i][part] as Record<string, unknown>)[key], numbers = [own, value].map((one) => (typeof one === "object" && one !== null ? Object.values(one as object) : [one]) as number[]);
          assert.equal(numbers[0].length, numbers[1].length, `${expected.id}.${part}.${key}`);
          numbers[1].forEach((number, k) => assert.ok(Number.isInteger(number) ? numbers[0][k] === number : Math.abs(numbers[0][k] - number) <= width, `${expected.id}.${part}.${key}: ${numbers[0][k]}; expected ${number}`));
        }
      }
    }
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
