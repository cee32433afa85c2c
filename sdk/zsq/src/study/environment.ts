import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { tensorFlowVersion } from "./code-fingerprint";
import { repositoryRoot } from "./repository";
import type { Environment } from "./result-schema";

/** Versions and machine as a result records them; `threads`: of each process that computes. */
export function studyEnvironment(): Environment {
  const { isUsingGpuDevice } = tf.backend() as unknown as { isUsingGpuDevice?: boolean };
  return {
    node: process.versions.node,
    tfjs: tf.version["tfjs-core"],
    libtensorflow: tensorFlowVersion(),
    threads: 1,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    gpu: isUsingGpuDevice ? output("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]) ?? "unknown" : null,
    commit: output("git", ["-C", repositoryRoot(), "rev-parse", "HEAD"]),
  };
}

// first line of what a program says, or null if it cannot
function output(program: string, args: readonly string[]): string | null {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n")[0].trim() || null;
  } catch {
    return null;
  }
}
