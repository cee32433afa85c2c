/**
 * Prepares a checkout: npm packages, Python environment, libtensorflow and its binding, SDK, Jupyter kernel.
 *
 * Usage: node kernel-setup/setup.mjs [--if-needed] [--cuda | --cpu]
 *
 * Every step looks for its own product first, so that a second run only checks and an interrupted
 * run goes on where it stopped. Products are made under a temporary name and renamed.
 */
import fs from "node:fs";
import { endChildren } from "./lib/command.mjs";
import { SetupFailure } from "./lib/failure.mjs";
import { acquire } from "./lib/lock.mjs";
import { paths } from "./lib/paths.mjs";
import { Progress } from "./lib/progress.mjs";
import { installedFlavour, isFresh, writeStamp } from "./lib/stamp.mjs";
import { parseArguments } from "./lib/arguments.mjs";
import { binding } from "./steps/binding.mjs";
import { kernelspec } from "./steps/kernelspec.mjs";
import { libtensorflow } from "./steps/libtensorflow.mjs";
import { packages } from "./steps/packages.mjs";
import { prerequisites } from "./steps/prerequisites.mjs";
import { python } from "./steps/python.mjs";
import { sdk } from "./steps/sdk.mjs";

const usage = "usage: npm run setup [-- --cuda | --cpu] [--if-needed]";

async function main(args) {
  const options = parseArguments(args, { flags: ["if-needed", "cuda", "cpu", "help"], usage });
  if (options.help) return console.log(usage);
  const wanted = options.cuda ? "cuda" : options.cpu ? "cpu" : null;
  const done = () => options["if-needed"] && isFresh() && (wanted === null || wanted === installedFlavour());
  if (done()) return;
  const waited = await acquire(paths.lock, { onWait: (pid) => console.log(`waiting for the set-up that runs already (process ${pid})`) });
  if (waited && done()) return;
  fs.rmSync(paths.temporary, { recursive: true, force: true });
  const context = { flavour: wanted ?? installedFlavour() ?? "cpu" };
  const progress = new Progress(7);
  const inTurn = async (...steps) => {
    for (const step of steps) Object.assign(context, await progress.show(step, context));
  };
  await inTurn(prerequisites);
  await together(inTurn(packages), inTurn(python, libtensorflow));
  // the stamp whatever the build says: every command builds what has changed, so an error in the SDK is not set-up's to mend
  await together(inTurn(sdk), inTurn(binding, kernelspec).then(() => writeStamp(context)));
  progress.finish();
}

// steps that need nothing of one another; each comes to its end, so that what it fetched is not lost where another fails
async function together(...tracks) {
  const failed = (await Promise.allSettled(tracks)).find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
}

process.on("SIGINT", () => stop("SIGINT", 130));
process.on("SIGTERM", () => stop("SIGTERM", 143));

let stopping = false;

async function stop(signal, code) {
  if (stopping) return;
  stopping = true;
  console.error(`\nsetup: stopped by ${signal}; run the same command again to go on`);
  await endChildren();
  process.exit(code);
}

main(process.argv.slice(2)).catch((error) => {
  if (stopping) return; // the step that was stopped
  if (error instanceof SetupFailure) console.error(`setup: ${error.message}\n  remedy: ${error.remedy}`);
  else console.error(error.code ? `setup: ${error.message}` : error); // a code: the operating system's refusal (ENOSPC, EACCES)
  process.exit(error.exitCode ?? 1);
});
