import { SetupFailure } from "./failure.mjs";

/** Reads `--flag` arguments; an unknown one ends the program with the usage line and exit code 2. */
export function parseArguments(args, { flags, usage }) {
  const options = {};
  for (const arg of args) {
    const name = arg.replace(/^--/, "");
    if (arg === name || !flags.includes(name)) throw Object.assign(new SetupFailure(`unknown option: ${arg}`, usage), { exitCode: 2 });
    options[name] = true;
  }
  return options;
}
