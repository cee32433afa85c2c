import yargs, { type Argv, type ArgumentsCamelCase } from "yargs";
import { hideBin } from "yargs/helpers";
import { showProgress } from "../scenes/progress";
import type { Split } from "./split";
import { describeReport, verifySplits } from "./verify";

interface CommonArguments { folder: string; out: string; json: boolean; partial: boolean }

/** A command that verifies a download: what differs between data sets. */
export interface DownloadCommand<A> {
  name: string;
  /** one line for --help */
  describe: string;
  out: string;
  options: (parser: Argv<CommonArguments>) => Argv<CommonArguments & A>;
  splits: (argv: ArgumentsCamelCase<CommonArguments & A>) => Split[];
  bits?: (argv: ArgumentsCamelCase<CommonArguments & A>) => 8 | 16;
}

class Misuse extends Error {}

/** Runs a command and resolves to its exit code: 0 complete, 1 something is missing or failed, 2 wrong use. */
export async function verifyDownload<A>(command: DownloadCommand<A>, args: string[] = hideBin(process.argv)): Promise<number> {
  let progress = showProgress(process.stderr, 5000, command.name);
  try {
    const parser = yargs(args).scriptName("prepare").usage(`$0 <folder> [options]\n\n${command.describe}`)
      .command("$0 <folder>", false, (y) => y.positional("folder", { type: "string", demandOption: true, describe: "the unpacked download" }))
      .option("out", { type: "string", default: command.out, describe: "folder for annotations and checksums" })
      .option("partial", { type: "boolean", default: false, describe: "for trials: whatever number the annotations list is taken for the whole set" })
      .option("json", { type: "boolean", default: false, describe: "print JSON" })
      .strict().version(false).help().exitProcess(false).wrap(100)
      .fail((message, error) => { throw error ?? new Misuse(message); });
    const argv = (await command.options(parser as unknown as Argv<CommonArguments>).parseAsync()) as ArgumentsCamelCase<CommonArguments & A>;
    if (argv.help) return 0;
    let current = "";
    const reports = await verifySplits(command.splits(argv).map((split) => (argv.partial ? { ...split, expected: split.found } : split)), {
      out: argv.out, bits: command.bits?.(argv) ?? 8,
      onProgress: (name, done, total) => {
        if (name !== current) {
          progress.stop();
          progress = showProgress(process.stderr, 5000, `${command.name} ${(current = name)}`);
        }
        progress.update({ done, total });
      },
    });
    progress.stop();
    const complete = reports.every((report) => report.complete);
    process.stdout.write(`${argv.json ? JSON.stringify(reports, null, 2) : [...reports.map(describeReport), complete ? `${argv.out}: annotations and checksums written` : "nothing is written for what is not complete"].join("\n")}\n`);
    return complete ? 0 : 1;
  } catch (error) {
    progress.stop();
    const { message } = error as Error, misused = error instanceof Misuse || error instanceof RangeError;
    process.stderr.write(`${message.replace(/\s*\n\s*/g, " ")}${misused ? "; try --help" : ""}\n`);
    return misused ? 2 : 1;
  }
}
