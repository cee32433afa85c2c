import fs from "node:fs";
import path from "node:path";
import { readJson } from "../lib/files.mjs";
import { paths, root } from "../lib/paths.mjs";
import { isFresh } from "../lib/stamp.mjs";
import { isComplete } from "../steps/libtensorflow.mjs";
import { differences } from "../steps/packages.mjs";
import { askJson, expect } from "./check.mjs";
import { describeDevice } from "./device.mjs";

const setUp = "npm run setup";

/** What set-up has installed; each is used, not only looked for. */
export const installationChecks = [
  { name: "set-up", remedy: setUp, run: checkStamp },
  { name: "npm packages", remedy: setUp, run: checkPackages },
  { name: "libtensorflow", remedy: setUp, run: checkLibraries },
  { name: "tensorflow", remedy: `rm -rf .zsq/binding && ${setUp}`, run: checkTensorflow },
  { name: "device", run: ({ device }) => (device ? describeDevice(device) : { skipped: true }) },
  { name: "cuda libraries", remedy: `rm -rf .zsq/libtensorflow/cuda && ${setUp} -- --cuda`, run: checkCuda },
  { name: "jupyterlab", remedy: `rm -rf .zsq/venv && ${setUp}`, run: checkJupyter },
  { name: "plotly renderer", remedy: `rm -rf .zsq/venv && ${setUp}`, run: checkRenderer },
  { name: "kernelspec", remedy: setUp, run: checkKernelspec },
  { name: "kernel", remedy: `${setUp}; then see the message of npm run notebooks`, run: checkKernel },
];

function checkStamp({ flavour }) {
  expect(isFresh(), "not complete, or older than its sources");
  return { version: flavour };
}

function checkPackages() {
  const wrong = differences();
  expect(wrong.length === 0, `${wrong.length} not as locked: ${wrong.slice(0, 3).join(", ")}`);
  return { version: "as locked" };
}

function checkLibraries({ flavour }) {
  const folder = path.join(paths.libraries, flavour);
  expect(isComplete(folder), `incomplete: ${path.relative(root, folder)}`);
  const wheel = readJson(path.join(folder, "manifest.json")).wheels.find((name) => name.startsWith("tensorflow"));
  return { version: wheel.split("-")[1], detail: flavour };
}

function checkTensorflow(context) {
  const { flavour } = context;
  const seen = askJson(process.execPath, [path.join(paths.kernelSetup, "checks", "tensorflow-probe.cjs")], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" } });
  context.device = seen.device;
  expect(seen.backend === "tensorflow", `backend ${seen.backend}; expected tensorflow`);
  expect(String(seen.convolution) === "12,16,24,28", `convolution gives ${seen.convolution}; expected 12,16,24,28`);
  expect(seen.bindings === 1 && seen.shared, `${seen.bindings} bindings; expected one, shared with danfojs`);
  expect(seen.gpu || flavour === "cpu" || !fs.existsSync("/dev/nvidia0"), "runs on the CPU although there is a GPU");
  expect(seen.zsq.names > 0, "the SDK exports nothing");
  return { version: seen.tensorflow, detail: `tfjs ${seen.tfjs}, ${seen.gpu ? "GPU" : "CPU"}, convolution right, one binding with danfojs ${seen.danfojs}, zsq ${seen.zsq.version}` };
}

function checkCuda({ flavour }) {
  if (flavour !== "cuda") return { skipped: true };
  const seen = askJson(paths.python, [path.join(paths.kernelSetup, "checks", "cuda_probe.py"), path.join(paths.libraries, "cuda")]);
  const [broken] = Object.entries(seen.failed);
  expect(!broken, `${broken?.[0]} cannot be opened: ${broken?.[1]}`);
  return { version: `${seen.opened} opened`, detail: seen.driver ? "NVIDIA driver found" : "no NVIDIA driver: TensorFlow runs on the CPU" };
}

function checkJupyter() {
  const script = "import json; from importlib.metadata import version as v; import jupyterlab, nbformat, jupyter_client; print(json.dumps([v('jupyterlab'), v('jupyter_client')]))";
  const [lab, client] = askJson(paths.python, ["-c", script]);
  return { version: lab, detail: `jupyter_client ${client}` };
}

function checkRenderer() {
  const folder = path.join(paths.venv, "share", "jupyter", "labextensions", "jupyterlab-plotly");
  const extension = readJson(path.join(folder, "package.json"));
  const remote = extension?.jupyterlab?._build?.load;
  expect(remote && fs.existsSync(path.join(folder, remote)), "missing JupyterLab extension jupyterlab-plotly");
  return { version: extension.version, detail: "draws figures in JupyterLab" };
}

function checkKernelspec() {
  const spec = readJson(path.join(paths.kernelspec, "kernel.json"));
  expect(spec, "missing or damaged kernel.json");
  const missing = spec.argv.filter((part) => path.isAbsolute(part) && !fs.existsSync(part));
  expect(missing.length === 0, `missing ${missing[0]}`);
  return { version: "zsq", detail: spec.display_name };
}

function checkKernel() {
  const seen = askJson(paths.python, [path.join(paths.kernelSetup, "checks", "kernel_probe.py"), path.join(root, "notebooks")]);
  expect(seen.value === "42", `a cell that computes 42 gives ${JSON.stringify(seen.value)}`);
  expect(Number(seen.names) > 0, `import "zsq" in a cell gives ${JSON.stringify(seen.names)}`);
  return { version: "tslab", detail: `started in ${seen.startSeconds} s, one TypeScript cell right, zsq imported` };
}
