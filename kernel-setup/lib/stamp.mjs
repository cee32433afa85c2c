import fs from "node:fs";
import path from "node:path";
import { readJson, sha256, writeWhole } from "./files.mjs";
import { paths, root } from "./paths.mjs";

/** Everything that decides what set-up makes: changing any of it makes the stamp stale. */
export function stampKey() {
  const sources = ["", "lib", "steps"].flatMap((folder) => listSources(path.join(paths.kernelSetup, folder)));
  const files = [path.join(root, "package-lock.json"), ...sources];
  return sha256(root, process.platform, process.arch, ...files.map((file) => fs.readFileSync(file)));
}

/** Setup's own sources: what a step reads or runs, in a fixed order. */
function listSources(folder) {
  const isSource = (name) => /\.(mjs|txt)$/.test(name) && !/^(declarations|doctor|lab|run|kernel-command)\b/.test(name);
  return fs.readdirSync(folder).filter(isSource).sort().map((name) => path.join(folder, name));
}

/** True when the last complete set-up still describes this checkout and its products are in place. */
export function isFresh() {
  const stamp = readJson(paths.stamp);
  if (!stamp || stamp.key !== stampKey()) return false;
  const products = [
    stamp.node.path,
    path.join(paths.tfjs, "lib", "napi-v8", "tfjs_binding.node"),
    path.join(paths.libraries, stamp.flavour, "manifest.json"),
    path.join(paths.kernelspec, "kernel.json"),
    paths.python,
    paths.tslab,
  ];
  return products.every((product) => fs.existsSync(product));
}

/** Flavour ("cpu" or "cuda") of the last complete set-up, or null. */
export function installedFlavour() {
  return readJson(paths.stamp)?.flavour ?? null;
}

export function writeStamp({ flavour, python }) {
  const stamp = { key: stampKey(), flavour, node: { version: process.version, path: process.execPath }, python };
  writeWhole(paths.stamp, `${JSON.stringify(stamp, null, 2)}\n`);
}
