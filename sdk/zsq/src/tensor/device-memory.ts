import { execFileSync } from "node:child_process";
import { freemem } from "node:os";
import * as tf from "@tensorflow/tfjs-node-gpu";

/** Where tensors are computed, and the memory there. */
export interface DeviceMemory {
  /** the GPU that TensorFlow uses; null on the CPU */
  gpu: { name: string; bytes: number } | null;
  /** main memory that is free, in bytes */
  freeBytes: number;
}

let gpu: DeviceMemory["gpu"] | undefined;

/** The device of this process. The GPU is asked for once; a machine without nvidia-smi has none. */
export function deviceMemory(): DeviceMemory {
  gpu ??= (tf.backend() as unknown as { isUsingGpuDevice?: boolean }).isUsingGpuDevice ? installedGpu() : null;
  return { gpu, freeBytes: freemem() };
}

/** The first GPU of this machine, whether TensorFlow uses it or not, in the driver's words: "NVIDIA H100, 81559" (MiB). */
export function installedGpu(): DeviceMemory["gpu"] {
  try {
    return parseDriver(execFileSync("nvidia-smi", ["--query-gpu=name,memory.total", "--format=csv,noheader,nounits"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  } catch {
    return null;
  }
}

/** The first line of what nvidia-smi says of name and memory in MiB; null if it says something else. */
export function parseDriver(text: string): DeviceMemory["gpu"] {
  const [, name, mebibytes] = /^(.+), *(\d+) *$/.exec(text.split("\n")[0]) ?? [];
  return name === undefined ? null : { name, bytes: Number(mebibytes) * 2 ** 20 };
}
