import fs from "node:fs";
import path from "node:path";
import { ask, run } from "../lib/command.mjs";
import { SetupFailure } from "../lib/failure.mjs";
import { sha256 } from "../lib/files.mjs";
import { paths, root } from "../lib/paths.mjs";

const folder = path.join(paths.tfjs, "lib", "napi-v8");
const installed = path.join(folder, "tfjs_binding.node"); // what tfjs-node-gpu loads: quiet_binding.cc
const behind = path.join(folder, "tfjs_binding_tensorflow.node"); // what that opens: tfjs-node-gpu's own sources
const quietSource = path.join(paths.kernelSetup, "quiet_binding.cc");

/**
 * tfjs-node-gpu's native binding, compiled against our libtensorflow.
 *
 * Node-API keeps one compiled file valid for every Node version. The compiled file is kept in
 * `.zsq/binding`, so that a later `npm ci` costs a copy and not a compilation. Its run path leads
 * straight to `.zsq/libtensorflow/<flavour>/tensorflow`: nothing is linked or copied beside it.
 */
export const binding = {
  name: "tensorflow binding",
  async run({ flavour, compiler }) {
    const library = path.join(paths.libraries, flavour, "tensorflow");
    const parts = [
      { target: behind, code: sources().filter((file) => file.endsWith(".cc")), inputs: sources(), flags: flags(library) },
      { target: installed, code: [quietSource], inputs: [quietSource], flags: [...common, "-ldl"] },
    ];
    const present = [];
    for (const part of parts) present.push(await place(compiler, part, flavour));
    fs.rmSync(path.join(paths.tfjs, "deps"), { recursive: true, force: true });
    const version = loadedVersion();
    return { detail: `compiled for TensorFlow ${version}, ${flavour}`, present: present.every(Boolean) };
  },
};

const common = ["-std=c++17", "-O2", "-fPIC", "-shared", "-w", "-DNAPI_VERSION=8", "-I", path.join(paths.modules, "node-api-headers", "include")];

function sources() {
  const own = path.join(paths.tfjs, "binding");
  return fs.readdirSync(own).sort().map((name) => path.join(own, name));
}

function flags(library) {
  const runPath = path.relative(folder, library);
  return [...common, "-I", path.join(library, "include"), "-L", library, "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", `-Wl,-rpath,$ORIGIN/${runPath}`];
}

/** Compiles one file if its sources or flags are new, and puts it where Node finds it; returns whether all was there. */
async function place(compiler, { target, code, inputs, flags: all }, flavour) {
  const key = sha256(...inputs.map((file) => fs.readFileSync(file)), all.join("\n").replaceAll(root, "")).slice(0, 16);
  const built = path.join(paths.bindings, `${flavour}-${key}.node`);
  const fresh = fs.existsSync(built);
  if (!fresh) await compile(compiler, code, all, built);
  const same = fs.existsSync(target) && fs.readFileSync(target).equals(fs.readFileSync(built));
  if (!same) install(built, target);
  return fresh && same;
}

async function compile(compiler, code, [head, ...tail], built) {
  fs.mkdirSync(paths.bindings, { recursive: true });
  const temporary = `${built}.tmp`;
  await run(compiler, [head, ...code, "-o", temporary, ...tail], { log: "compile", remedy: "install a C++17 compiler (g++ 9 or newer, clang 9 or newer)" });
  fs.renameSync(temporary, built);
}

function install(built, target) {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const temporary = `${target}.tmp`;
  fs.copyFileSync(built, temporary);
  fs.renameSync(temporary, target);
}

/** TensorFlow's version as the binding reports it; throws when the binding does not load. */
function loadedVersion() {
  const script = `const b = require(${JSON.stringify(installed)}); console.log(b.TF_Version)`;
  const version = ask(process.execPath, ["-e", script], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" } });
  if (version) return version;
  throw new SetupFailure("the compiled TensorFlow binding does not load", "rm -rf .zsq/binding .zsq/libtensorflow && npm run setup");
}
