import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../study/repository";
import { runChild } from "./child";

/** Executes notebooks in the kernel of this repository; throws Failed after the runner has named notebook and cell. */
export async function runNotebooks(files: readonly string[], out: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const python = join(repositoryRoot(), ".zsq/venv/bin/python");
  if (!existsSync(python)) throw new Error(`notebooks: missing kernel environment: ${python}; expected the result of npm run setup`);
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new Error(`notebooks: missing file: ${missing}; expected a notebook (.ipynb)`);
  const settings = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  await runChild(python, [join(repositoryRoot(), "kernel-setup/run_notebook.py"), ...files, "--out", out, ...settings], { PYTHONUNBUFFERED: "1" });
}
