import assert from "node:assert/strict";
import * as ts from "typescript";
import * as zsq from "zsq";
import { kernelMessages } from "../helpers/kernel-messages";
import { notebookFiles, type Cell } from "../helpers/notebook-cells";

const isExercise = ({ type, id }: Cell): boolean => type === "code" && /^(imports|exercise-sheet|answer-\d|check-\d|done-table|all)$/.test(id);

/** The texts that the exercises of a notebook show: its answers and checks alone, without the kernel. */
async function run(cells: readonly Cell[]): Promise<string[]> {
  const source = cells.filter(isExercise).map((cell) => cell.source.replace(/^import .*$/gm, "")).join("\n");
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } });
  const messages = await kernelMessages(() => new Function("zsq", outputText)(zsq) as void);
  return messages.map(({ data }) => String(data["text/plain"]));
}

describe("exercises of the course", () => {
  const files = notebookFiles(), solutions = files.filter(({ name }) => name.startsWith("solutions/"));

  it("have solutions", () => assert.ok(solutions.length > 0));

  for (const { name, cells } of solutions) {
    const chapter = name.slice("solutions/".length, -".ipynb".length) as zsq.ChapterName, count = zsq.chapters[chapter].length;
    const student = files.find((file) => file.name === `course/${chapter}.ipynb`)!;

    it(`${name} passes all checks`, async () => {
      const verdicts = await run(cells);
      assert.equal(verdicts.length, count + 1);
      for (const verdict of verdicts.slice(0, count)) assert.match(verdict, /^✓ .* – right\n/);
      assert.ok(cells.at(-1)!.source.includes("exercises.requireAll()"));
    });

    it(`${student.name} asks the same, and is open as it stands`, async () => {
      const tasks = (of: readonly Cell[]): Cell[] => of.filter(({ id }) => /^(task|check)-/.test(id));
      assert.deepEqual(tasks(student.cells), tasks(cells));
      const verdicts = await run(student.cells);
      assert.equal(verdicts.length, count + 1);
      for (const verdict of verdicts.slice(0, count)) assert.match(verdict, /^○ .* – open\n/);
    });
  }
});
