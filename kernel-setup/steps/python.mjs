import fs from "node:fs";
import path from "node:path";
import { ask, run } from "../lib/command.mjs";
import { sha256, writeWhole } from "../lib/files.mjs";
import { paths } from "../lib/paths.mjs";

const requirements = path.join(paths.kernelSetup, "requirements.txt");
const marker = path.join(paths.venv, "complete");

/** The Python environment in `.zsq/venv`: JupyterLab, the notebook runner, plotly's renderer. */
export const python = {
  name: "python packages",
  async run({ python: interpreter }) {
    const wanted = sha256(fs.readFileSync(requirements));
    const works = ask(paths.python, ["-m", "pip", "--version"]) !== null;
    if (works && fs.existsSync(marker) && fs.readFileSync(marker, "utf8") === wanted) return { detail: describe(), present: true };
    if (!works) {
      fs.rmSync(paths.venv, { recursive: true, force: true });
      await run(interpreter, ["-m", "venv", paths.venv], { log: "venv", remedy: "install Python's venv module (Debian: apt-get install python3-venv)" });
    }
    fs.rmSync(marker, { force: true });
    await run(paths.python, ["-m", "pip", "install", "--only-binary=:all:", "--no-compile", "--disable-pip-version-check", "--no-input", "-r", requirements], {
      log: "pip-install",
      remedy: "check the network, then run npm run setup again",
    });
    writeWhole(marker, wanted);
    return { detail: describe() };
  },
};

function describe() {
  return ask(paths.python, ["-c", "from importlib.metadata import version as v; print('jupyterlab', v('jupyterlab') + ', plotly', v('plotly'))"]) ?? "";
}
