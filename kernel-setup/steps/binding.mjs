import fs from "node:fs";
import path from "node:path";
import { ask, run } from "../lib/command.mjs";
import { SetupFailure } from "../lib/failure.mjs";
import { sha256 } from "../lib/files.mjs";
import { paths, root } from "../lib/paths.mjs";

const installed = path.join(paths.tfjs, "lib", "napi-v8", "tfjs_binding.node");

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
    const built = path.join(paths.bindings, `${flavour}-${bindingKey(library).slice(0, 16)}.node`);
    const fresh = fs.existsSync(built);
    if (!fresh) await compile(compiler, library, built);
    const same = fs.existsSync(installed) && fs.readFileSync(installed).equals(fs.readFileSync(built));
    if (!same) install(built);
    const version = loadedVersion();
    return { detail: `compiled for TensorFlow ${version}, ${flavour}`, present: fresh && same };
  },
};

function sources() {
  const folder = path.join(paths.tfjs, "binding");
  return fs.readdirSync(folder).sort().map((name) => path.join(folder, name));
}

function flags(library) {
  const headers = path.join(paths.modules, "node-api-headers", "include");
  const runPath = path.relative(path.dirname(installed), library);
  return [
    "-std=c++17", "-O2", "-fPIC", "-shared", "-w", "-DNAPI_VERSION=8",
    "-I", headers, "-I", path.join(library, "include"), "-L", library,
    "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", `-Wl,-rpath,$ORIGIN/${runPath}`,
  ];
}

function bindingKey(library) {
  return sha256(...sources().map((file) => fs.readFileSync(file)), flags(library).join("\n").replaceAll(root, ""));
}

async function compile(compiler, library, built) {
  fs.mkdirSync(paths.bindings, { recursive: true });
  const temporary = `${built}.tmp`;
  const code = sources().filter((file) => file.endsWith(".cc"));
  const [head, ...tail] = flags(library);
  await run(compiler, [head, ...code, "-o", temporary, ...tail], { log: "compile", remedy: "install a C++17 compiler (g++ 9 or newer, clang 9 or newer)" });
  fs.renameSync(temporary, built);
}

function install(built) {
  fs.mkdirSync(path.dirname(installed), { recursive: true });
  const temporary = `${installed}.tmp`;
  fs.copyFileSync(built, temporary);
  fs.renameSync(temporary, installed);
  fs.rmSync(path.join(paths.tfjs, "deps"), { recursive: true, force: true });
}

/** TensorFlow's version as the binding reports it; throws when the binding does not load. */
function loadedVersion() {
  const script = `const b = require(${JSON.stringify(installed)}); console.log(b.TF_Version)`;
  const version = ask(process.execPath, ["-e", script], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" } });
  if (version) return version;
  throw new SetupFailure("the compiled TensorFlow binding does not load", "rm -rf .zsq/binding .zsq/libtensorflow && npm run setup");
}
