import { compilerProblem, diskProblem, findCompiler, findPython, freeBytes, neededBytes, nodeProblem, pythonProblem } from "../steps/prerequisites.mjs";
import { CheckFailure } from "./check.mjs";

/** What the machine must bring; each problem carries its own remedy. */
export const machineChecks = [
  { name: "node", run: () => judged(nodeProblem(process.versions.node), process.versions.node, process.execPath) },
  {
    name: "python",
    run: () => {
      const found = findPython();
      return judged(pythonProblem(found), found?.version, "with venv");
    },
  },
  {
    name: "compiler",
    run: () => {
      const found = findCompiler();
      return judged(compilerProblem(found), found?.version);
    },
  },
  {
    name: "disk",
    run: ({ flavour }) => judged(diskProblem(freeBytes(), neededBytes(flavour)), `${(freeBytes() / 1e9).toFixed(0)} GB free`),
  },
];

function judged(problem, version, detail = "") {
  if (problem) throw Object.assign(new CheckFailure(problem.message), { remedy: problem.remedy });
  return { version, detail };
}
