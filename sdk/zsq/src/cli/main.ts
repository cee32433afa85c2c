import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { calibrateCommand } from "./calibrate";
import { compareCommand } from "./compare";
import { dataCommand } from "./data";
import { distillCommand } from "./distill";
import { doctorCommand } from "./doctor";
import { evaluateCommand } from "./evaluate";
import { exportCommand } from "./export";
import { notebooksCommand } from "./notebooks";
import { quantizeCommand } from "./quantize";
import { reproduceCommand } from "./reproduce";
import { Failed, UsageError } from "./report-error";
import { runCommand } from "./run";
import { taskCommand } from "./task";
import { trainCommand } from "./train";
import { weightsCommand } from "./weights";
import { waysCommand } from "./ways";
import { whatIfCommand } from "./what-if";

/** Runs the command line; resolves to the exit code: 0, 1 failed, 2 wrong usage, 130 stopped. */
export async function main(args: string[]): Promise<number> {
  const parser = yargs(args)
    .scriptName("zsq")
    .usage("$0 <command> [options]\n\nZero-shot quantization of object detectors.")
    .command(trainCommand).command(distillCommand).command(calibrateCommand).command(quantizeCommand).command(exportCommand).command(evaluateCommand).command(compareCommand).command(waysCommand).command(weightsCommand)
    .command(whatIfCommand).command(dataCommand).command(notebooksCommand).command(reproduceCommand).command(runCommand).command(taskCommand).command(doctorCommand)
    .check(refuseNotANumber, true).demandCommand(1, "missing command").strict().version(false).help().exitProcess(false).wrap(100)
    .fail((message, error) => { throw error ?? new UsageError(message); });
  try {
    await parser.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof Failed) return error.exitCode;
    const { name, message, stack } = error as Error;
    process.stderr.write(`${process.env.ZSQ_DEBUG ? stack : message.replace(/\s*\n\s*/g, " ")}${error instanceof UsageError ? "; try zsq --help" : ""}\n`);
    return error instanceof UsageError || error instanceof RangeError ? 2 : name === "AbortError" ? 130 : 1;
  }
}

// yargs takes an absent or misspelt number for NaN
function refuseNotANumber(argv: Record<string, unknown>): true {
  const wrong = Object.entries(argv).find(([, value]) => Number.isNaN(value) || (Array.isArray(value) && value.some(Number.isNaN)));
  if (wrong) throw new UsageError(`invalid --${wrong[0]}: not a number; expected a number`);
  return true;
}

if (require.main === module) void main(hideBin(process.argv)).then((code) => process.exit(code));
