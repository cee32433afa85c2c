import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { repositoryRoot } from "../study/repository";
import { allNotebooks, notebookStates, refreshNotebooks } from "./refresh-notebooks";
import { runNotebooks } from "./run-notebooks";

const runCommand: CommandModule<object, { file: string[]; out: string }> = {
  command: "run <file..>",
  describe: "execute notebooks in the kernel; fails naming notebook and cell",
  builder: (run) => run
    .positional("file", { type: "string", array: true, demandOption: true, describe: "notebooks" })
    .option("out", { type: "string", default: "out/notebooks", describe: "folder of the executed notebooks" }),
  handler: ({ file, out }) => runNotebooks(file, out),
};

interface RefreshArguments { file?: string[]; scale: "smoke" | "default" | "full"; seed: number; out?: string }

const refreshCommand: CommandModule<object, RefreshArguments> = {
  command: "refresh [file..]",
  describe: "execute notebooks and put their outputs, made small, into the files for git",
  builder: (refresh) => refresh
    .positional("file", { type: "string", array: true, describe: "notebooks; default: all in notebooks/" })
    .option("scale", { choices: ["smoke", "default", "full"] as const, default: "default" as const, describe: "that of the committed outputs is default" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "first seed of everything random" })
    .option("out", { type: "string", requiresArg: true, describe: "folder of results and executed notebooks [default: out]" }),
  handler: ({ file, scale, seed, out = join(repositoryRoot(), "out") }) => refreshNotebooks(chosen(file), { scale, seed, out: resolve(out) }),
};

const checkCommand: CommandModule<object, { file?: string[]; json: boolean }> = {
  command: "check [file..]",
  describe: "say which committed outputs are stale, and what has changed since; fails if any is",
  builder: (check) => check
    .positional("file", { type: "string", array: true, describe: "notebooks; default: all in notebooks/" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: ({ file, json }) => {
    const states = notebookStates(chosen(file));
    process.stdout.write(`${json ? JSON.stringify(states, null, 2) : states.map(describe).join("\n")}\n`);
    const stale = states.filter(({ state }) => state === "stale");
    if (stale.length) throw new Error(`notebooks: stale outputs: ${stale.map((one) => one.file).join(", ")}; expected those of what they follow from; try npx zsq notebooks refresh`);
  },
};

const describe = ({ state, file, changed }: ReturnType<typeof notebookStates>[number]): string => `${state.padEnd(5)} ${file}${changed.length ? `: other ${changed.join(", ")}` : ""}`;

const chosen = (files: readonly string[] | undefined): string[] => (files?.length ? files.map((file) => resolve(file)) : allNotebooks());

export const notebooksCommand: CommandModule = {
  command: "notebooks",
  describe: "work with notebooks",
  builder: (yargs) => yargs.command(runCommand).command(refreshCommand).command(checkCommand).demandCommand(1, "missing command after notebooks: expected run, refresh or check"),
  handler: () => undefined,
};
