// Makes and resumes a run in a process of its own: run-child.js DIR [large].
import { join } from "node:path";
import { resumeRun } from "zsq/dist/runs/resume-run";
import { RunFolder } from "zsq/dist/runs/run-folder";
import { largeRun, smallRun } from "./small-run";

async function main(dir: string, size?: string): Promise<void> {
  const folder = await RunFolder.create(join(dir, "run"), size === "large" ? largeRun() : smallRun(), { kindsModule: require.resolve("./tiny-kinds"), cache: join(dir, "cache") });
  const { failed } = await resumeRun(folder, { jobs: size === "large" ? 2 : 1 });
  if (failed > 0) throw new Error(`${failed} tasks failed`);
}

main(process.argv[2], process.argv[3]).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
