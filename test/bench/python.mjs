// A Python for a suite: the one that PYTHON names, or an environment with the suite's requirements.txt, made once.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

export function pythonFor(suite, folder) {
  const venv = join(folder, "venv"), python = join(venv, "bin", "python");
  if (process.env.PYTHON) return process.env.PYTHON;
  if (existsSync(join(venv, "ready"))) return python;
  execFileSync("python3", ["-m", "venv", venv], { stdio: "inherit" });
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--requirement", join(suite, "requirements.txt")], { stdio: "inherit" });
  execFileSync("touch", [join(venv, "ready")]);
  return python;
}
