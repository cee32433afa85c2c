import { main } from "zsq/dist/cli/main";

/** What a command line did. */
export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `zsq` with these arguments in this process and collects what it says. */
export async function runCli(...args: string[]): Promise<CliResult> {
  const said = { stdout: "", stderr: "" };
  const { log, error } = console;
  const writes = (["stdout", "stderr"] as const).map((name) => [name, process[name].write] as const);
  for (const [name] of writes) {
    process[name].write = ((text: string | Uint8Array): boolean => {
      said[name] += String(text);
      return true;
    }) as typeof process.stdout.write;
  }
  console.log = (text: unknown) => void (said.stdout += `${String(text)}\n`);
  console.error = (text: unknown) => void (said.stderr += `${String(text)}\n`);
  try {
    return { code: await main(args), ...said };
  } finally {
    for (const [name, write] of writes) process[name].write = write;
    Object.assign(console, { log, error });
  }
}
