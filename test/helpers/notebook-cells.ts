import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "zsq/dist/study/repository";

export interface Cell { type: "code" | "markdown"; id: string; source: string }

export interface NotebookFile {
  /** from the folder notebooks, such as "course/02-calibration.ipynb" */
  name: string;
  path: string;
  cells: Cell[];
}

/** All notebooks of the repository, sorted by name. */
export function notebookFiles(): NotebookFile[] {
  const root = join(repositoryRoot(), "notebooks");
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/")).filter((name) => name.endsWith(".ipynb") && !name.split("/").some((part) => part.startsWith("."))).sort();
  return names.map((name) => ({ name, path: join(root, name), cells: cellsOf(join(root, name)) }));
}

function cellsOf(path: string): Cell[] {
  const { cells } = JSON.parse(readFileSync(path, "utf8")) as { cells: { cell_type: Cell["type"]; id: string; source: string | string[] }[] };
  return cells.map(({ cell_type: type, id, source }) => ({ type, id, source: [source].flat().join("") }));
}
