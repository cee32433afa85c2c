import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { sha256 } from "./canonical-json";

const known = new Map<string, string>();

/**
 * SHA-256 of compiled modules of the SDK and of TensorFlow's version: a result in the cache is never taken for one of
 * changed code.
 *
 * - **places** – folders and modules such as ["nn", "study/distill-task.js"], from the one above this
 */
export function codeFingerprint(places: readonly string[]): string {
  const id = places.join();
  let fingerprint = known.get(id);
  if (!fingerprint) known.set(id, (fingerprint = sha256([tensorFlowVersion(), ...places.flatMap(moduleHashes)].join("\n"))));
  return fingerprint;
}

/** libtensorflow's version as the binding reports it. */
export const tensorFlowVersion = (): string => (tf.backend() as unknown as { binding: { TF_Version: string } }).binding.TF_Version;

function moduleHashes(place: string): string[] {
  const path = join(__dirname, "..", place);
  const files = place.endsWith(".js") ? [""] : readdirSync(path).filter((name) => name.endsWith(".js")).sort();
  return files.map((name) => `${place}/${name} ${sha256(readFileSync(join(path, name)))}`);
}
