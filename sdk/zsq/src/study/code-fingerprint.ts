import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { sha256 } from "./canonical-json";

const known = new Map<string, string>();

/**
 * SHA-256 of the compiled modules of some folders of the SDK and of TensorFlow's version: a result in the cache is
 * never taken for one of changed code.
 *
 * - **folders** – such as ["nn", "quantize"], beside this one
 */
export function codeFingerprint(folders: readonly string[]): string {
  const id = folders.join();
  let fingerprint = known.get(id);
  if (!fingerprint) known.set(id, (fingerprint = sha256([tensorFlowVersion(), ...folders.flatMap(moduleHashes)].join("\n"))));
  return fingerprint;
}

/** libtensorflow's version as the binding reports it. */
export const tensorFlowVersion = (): string => (tf.backend() as unknown as { binding: { TF_Version: string } }).binding.TF_Version;

function moduleHashes(folder: string): string[] {
  const path = join(__dirname, "..", folder);
  return readdirSync(path).filter((name) => name.endsWith(".js")).sort().map((name) => `${folder}/${name} ${sha256(readFileSync(join(path, name)))}`);
}
