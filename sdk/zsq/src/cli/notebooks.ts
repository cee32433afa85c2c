import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CommandModule } from "yargs";
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

export const notebooksCommand: CommandModule = {
  command: "notebooks",
  describe: "work with notebooks",
  builder: (yargs) => yargs.command({
    command: "run <file..>",
    describe: "execute notebooks in the kernel; fails naming notebook and cell",
    builder: (run) => run
      .positional("file", { type: "string", array: true, demandOption: true, describe: "notebooks" })
      .option("out", { type: "string", default: "out/notebooks", describe: "folder of the executed notebooks" }),
    handler: ({ file, out }: { file: string[]; out: string }) => runNotebooks(file, out),
  } as CommandModule<object, { file: string[]; out: string }>).demandCommand(1, "missing command after notebooks: expected run"),
  handler: () => undefined,
};
