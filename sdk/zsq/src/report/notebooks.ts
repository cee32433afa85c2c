import { readFileSync } from "node:fs";
import { join } from "node:path";
import { list } from "./results";
import type { NotebookLink } from "./sources-section";

/** Executed notebooks in a folder, in the order of their names, each with its first heading as title. */
export const executedNotebooks = (folder: string): NotebookLink[] =>
  list(folder).filter((file) => file.endsWith(".ipynb") && !file.startsWith(".")).sort().map((file) => ({ file, title: title(join(folder, file)) ?? file }));

// null if the file is no notebook or has no heading
function title(path: string): string | null {
  try {
    const { cells } = JSON.parse(readFileSync(path, "utf8")) as { cells: { cell_type: string; source: string | string[] }[] };
    const texts = cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => [source].flat().join(""));
    return texts.map((text) => /^# +(.+)$/m.exec(text)?.[1].trim()).find(Boolean) ?? null;
  } catch {
    return null;
  }
}
