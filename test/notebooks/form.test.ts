import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { outputsState, readNotebook } from "zsq/dist/report/notebook-outputs";
import { repositoryRoot } from "zsq/dist/study/repository";
import { notebookFiles, type NotebookFile } from "../helpers/notebook-cells";

const LINES = { median: 7, p90: 15, most: 25, ofFunction: 10 };

const linesOf = (text: string): number => text.trimEnd().split("\n").length;
const quantile = (values: readonly number[], p: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(p * values.length))];

describe("notebooks", () => {
  const isStudy = ({ name }: NotebookFile): boolean => !name.includes("/");

  for (const notebook of notebookFiles()) {
    const { name, path, cells } = notebook;
    const code = cells.filter(({ type }) => type === "code");

    it(`${name} has short cells, and (but for solutions) as much prose as code`, () => {
      const lines = code.map(({ source }) => linesOf(source));
      assert.ok(quantile(lines, 0.5) <= LINES.median, `median ${quantile(lines, 0.5)} lines`);
      assert.ok(quantile(lines, 0.9) <= LINES.p90, `nine in ten within ${quantile(lines, 0.9)} lines`);
      assert.ok(Math.max(...lines) <= LINES.most, `longest ${Math.max(...lines)} lines`);
      if (!name.startsWith("solutions/")) assert.ok(cells.length - code.length >= code.length, `${cells.length - code.length} of prose, ${code.length} of code`);
    });

    it(`${name} defines no function of more than ${LINES.ofFunction} lines`, () => {
      for (const { id, source } of code) {
        const long = functionsIn(source).filter((text) => linesOf(text) > LINES.ofFunction);
        assert.deepEqual(long, [], `cell ${id}: such functions belong in sdk/`);
      }
    });

    it(`${name} names its cells, each once, and begins with a title`, () => {
      assert.equal(new Set(cells.map(({ id }) => id)).size, cells.length);
      assert.match(cells[0].source, /^# \S/);
    });

    if (isStudy(notebook)) {
      it(`${name} says what it shows, needs and takes, sums up, and is in the list`, () => {
        for (const word of ["Shows", "Needs", "Takes"]) assert.ok(cells[0].source.includes(`**${word}**`), word);
        for (const heading of ["## Summary", "## Exercises"]) assert.ok(cells.some(({ source }) => source.startsWith(heading)), heading);
        const list = readFileSync(join(repositoryRoot(), "notebooks/README.md"), "utf8");
        assert.ok(list.includes(`(${name})`), "notebooks/README.md");
      });

      it(`${name} draws by functions of the SDK alone`, () => {
        for (const { id, source } of code) assert.doesNotMatch(source, /\b(layout|traces?|type)\s*:\s*["'{[]/, `cell ${id}`);
      });
    }

    it(`${name} holds no stale outputs`, function () {
      const read = readNotebook(path);
      const { state, changed } = outputsState(read);
      if (state === "none") return this.skip(); // none committed
      assert.deepEqual(changed, [], "these have changed since; try npx zsq notebooks refresh");
      if (isStudy(notebook)) assert.equal(read.metadata.zsq!.scale, "default");
    });
  }
});

// the text of each function in a cell
function functionsIn(source: string): string[] {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) found.push(node.getText(file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
