import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { notebookText, outputsState, readNotebook, withOutputs, type Notebook } from "zsq/dist/report/notebook-outputs";
import { repositoryRoot } from "zsq/dist/study/repository";
import { temporaryFolder } from "../../helpers/temporary-folder";

const PLOTLY = "application/vnd.plotly.v1+json";
const metadata = { kernelspec: { name: "zsq" } };
const prose = { cell_type: "markdown", id: "a", metadata: {}, source: "# Title" };
const source = (code = "show(1);"): Notebook => ({ cells: [prose, { cell_type: "code", id: "b", metadata: {}, source: code, outputs: [], execution_count: null }], metadata });
const run = (...outputs: Record<string, unknown>[]): Notebook => ({ cells: [prose, { cell_type: "code", id: "b", metadata: {}, source: "show(1);", outputs: outputs as { output_type: string }[], execution_count: 1 }], metadata });
const figure = { output_type: "display_data", metadata: {}, data: { [PLOTLY]: { data: [] }, "image/svg+xml": ["<svg/>"], "text/plain": ["1"] } };
const options = { name: "a.ipynb", scale: "smoke" as const, seed: 1 };

describe("outputs of notebooks for git", () => {
  const folder = temporaryFolder();

  it("keep figures as SVG and text, and what was printed without spaces at its end", () => {
    const printed = { output_type: "stream", name: "stdout", text: ["2 of 2 done      \n"] };
    const messages = { output_type: "stream", name: "stderr", text: ["WARNING: of a library"] };
    const [, code] = withOutputs(source(), run(printed, messages, figure), options).cells;
    assert.deepEqual(code.outputs, [{ ...printed, text: ["2 of 2 done\n"] }, { ...figure, data: { "image/svg+xml": ["<svg/>"], "text/plain": ["1"] } }]);
    assert.equal(code.execution_count, 1);
  });

  it("are fresh until code, counts, weights, data or the SDK change, and say which; prose may", () => {
    const committed = withOutputs(source(), run(figure), options), { zsq } = committed.metadata, [, code] = committed.cells;
    const changed = (inputs: Record<string, string>): string[] => outputsState({ ...committed, metadata: { ...metadata, zsq: { ...zsq!, inputs: { ...zsq!.inputs, ...inputs } } } }).changed;
    assert.deepEqual(outputsState(committed), { state: "fresh", changed: [] });
    assert.equal(outputsState({ ...committed, cells: [{ ...prose, source: "# Other" }, code] }).state, "fresh");
    assert.deepEqual(outputsState({ ...committed, cells: [prose, { ...code, source: "show(2);" }] }), { state: "stale", changed: ["cells"] });
    assert.deepEqual(outputsState({ ...committed, metadata: { ...metadata, zsq: { ...zsq!, scale: "default" } } }).changed, ["counts"]);
    assert.deepEqual(changed({ weights: "0", "code in plot": "0", "code in gone": "0" }), ["weights", "code in plot", "code in gone"]);
    assert.deepEqual(outputsState({ ...committed, metadata }), { state: "stale", changed: ["origin"] }, "nobody knows where they come from");
    assert.equal(outputsState(source()).state, "none");
  });

  it("are the same for the same execution", () => assert.equal(notebookText(withOutputs(source(), run(figure), options)), notebookText(withOutputs(source(), run(figure), options))));

  it("are refused if a cell did not run, a place on this machine is named, or they are large", () => {
    assert.throws(() => withOutputs(source(), source(), options), /^Error: withOutputs: missing execution of cell b of a\.ipynb; expected an executed notebook of the same cells$/);
    const place = { output_type: "stream", name: "stdout", text: `${join(repositoryRoot(), "out")}\n` };
    assert.throws(() => withOutputs(source(), run(place), options), /withOutputs: invalid output of cell b of a\.ipynb: names .*; expected none that depends on the machine/);
    const large = { output_type: "stream", name: "stdout", text: "x".repeat(1_000_001) };
    assert.throws(() => withOutputs(source(), run(large), options), /withOutputs: invalid size of a\.ipynb: 1\.0 MB; expected at most 1 MB/);
  });

  it("come from a file that is a notebook", () => {
    const path = join(folder.path, "x.ipynb");
    writeFileSync(path, '{"cells": 1}');
    assert.throws(() => readNotebook(path), /readNotebook: .*cells.* in .*x\.ipynb/);
  });
});
