import fs from "node:fs";
import { ask } from "../lib/command.mjs";
import { SetupFailure } from "../lib/failure.mjs";
import { paths, root } from "../lib/paths.mjs";
import { isComplete, wheelFor } from "./libtensorflow.mjs";
import path from "node:path";

/** What the machine itself must bring: Node, Python with venv, a C++ compiler, disk space. */
export const prerequisites = {
  name: "prerequisites",
  async run({ flavour }) {
    wheelFor(flavour);
    const interpreter = findPython();
    const compiler = findCompiler();
    const problems = [
      nodeProblem(process.versions.node),
      pythonProblem(interpreter),
      compilerProblem(compiler),
      diskProblem(freeBytes(), neededBytes(flavour)),
    ].filter(Boolean);
    if (problems.length > 0) {
      const [first, ...others] = problems;
      throw new SetupFailure([first.message, ...others.map(({ message, remedy }) => `${message} (remedy: ${remedy})`)].join("\nsetup: "), first.remedy);
    }
    return {
      detail: `node ${process.versions.node}, python ${interpreter.version}, ${compiler.version}, ${(freeBytes() / 1e9).toFixed(0)} GB free`,
      present: true,
      python: interpreter.path,
      compiler: compiler.path,
    };
  },
};

/** Numbers of a version text such as "v20.19.1" or "Python 3.11.7"; null when there are none. */
export function parseVersion(text) {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? "");
  return match && match.slice(1).map((part) => Number(part ?? 0));
}

/** True when version `a` is at least version `b`. */
export function isAtLeast(a, b) {
  const index = a.findIndex((part, i) => part !== b[i]);
  return index < 0 || a[index] > b[index];
}

export function nodeProblem(version) {
  const parsed = parseVersion(version);
  if (parsed && isAtLeast(parsed, [20, 19, 0]) && parsed[0] < 27) return null;
  return { message: `unsupported Node: ${version}; expected 20.19 to 26`, remedy: "install Node 22 or 24 from nodejs.org" };
}

/** - **found** – {path, version, hasVenv} of the best interpreter, or null */
export function pythonProblem(found) {
  const debian = "Debian, Ubuntu: apt-get install python3 python3-venv";
  if (!found) return { message: "missing Python; expected 3.10 or newer", remedy: debian };
  if (!isAtLeast(parseVersion(found.version), [3, 10, 0])) return { message: `unsupported Python: ${found.version}; expected 3.10 or newer`, remedy: debian };
  if (!found.hasVenv) return { message: `missing Python module: venv (Python ${found.version})`, remedy: "Debian, Ubuntu: apt-get install python3-venv" };
  return null;
}

/** - **found** – {path, version} of a compiler, or null */
export function compilerProblem(found) {
  if (found) return null;
  return { message: "missing C++ compiler; expected c++, g++ or clang++ on the PATH, or CXX", remedy: "Debian, Ubuntu: apt-get install g++" };
}

export function diskProblem(free, needed) {
  if (free >= needed) return null;
  const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;
  return { message: `too little disk space: ${gigabytes(free)} free; expected ${gigabytes(needed)}`, remedy: "free some space beside the repository" };
}

const probe = "import sys,importlib.util as u;print('%d.%d.%d'%sys.version_info[:3], all(u.find_spec(m) for m in ('venv','ensurepip')))";

/** The first Python that will do, else the first there is, else null. */
export function findPython() {
  const names = [process.env.ZSQ_PYTHON, "python3", "python", ...[14, 13, 12, 11, 10].map((minor) => `python3.${minor}`)].filter(Boolean);
  let first = null;
  for (const name of names) {
    const [version, hasVenv] = ask(name, ["-c", probe])?.split(" ") ?? [];
    if (!version) continue;
    const found = { path: name, version, hasVenv: hasVenv === "True" };
    if (!pythonProblem(found)) return found;
    first ??= found;
  }
  return first;
}

export function findCompiler() {
  for (const name of [process.env.CXX, "c++", "g++", "clang++"].filter(Boolean)) {
    const line = ask(name, ["--version"])?.split("\n")[0];
    if (line) return { path: name, version: `${/clang/.test(line) ? "clang" : "g++"} ${parseVersion(line.replace(/\(.*?\)/g, ""))?.join(".") ?? ""}`.trim() };
  }
  return null;
}

export function freeBytes() {
  const { bavail, bsize } = fs.statfsSync(root);
  return bavail * bsize;
}

/** Room for what is not there yet. */
export function neededBytes(flavour) {
  const libraries = isComplete(path.join(paths.libraries, flavour)) ? 0 : flavour === "cuda" ? 12e9 : 1.3e9;
  const environment = fs.existsSync(paths.python) ? 0 : 0.5e9;
  const modules = fs.existsSync(paths.modules) ? 0 : 0.9e9;
  return libraries + environment + modules + 0.2e9;
}
