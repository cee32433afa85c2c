import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryPath, repositoryRoot } from "./repository";
import type { Environment } from "./result-schema";
import { writeFileAtomic } from "../weights/atomic-write";
import { sha256OfFile } from "../weights/checksum";

/** A file and what it held. */
export interface HashedFile {
  /** from the repository's root, or absolute outside of it */
  path: string;
  sha256: string;
}

/** Everything that one needs to know of how a result came about. */
export interface RunRecord {
  schema: 1;
  /** what was asked for */
  configuration: Record<string, unknown>;
  environment: Environment;
  /** the tree had changes that its commit does not hold; null outside of git */
  dirty: boolean | null;
  /** SHA-256 of package-lock.json */
  lockFile: string | null;
  /** variables that change what TensorFlow computes, those that are set */
  flags: Record<string, string>;
  inputs: HashedFile[];
  outputs: HashedFile[];
  status: "complete" | "failed" | "stopped";
  /** time of all tasks together */
  seconds: number;
  /** largest memory of one process */
  peakBytes: number;
}

const FLAGS = /^(TF_(?!CLI_)|ONEDNN_|DNNL_|OMP_|MKL_|CUDA_VISIBLE_DEVICES$|NVIDIA_TF32)/;

/** The record of a run from what it read and wrote; the rest is looked up. */
export async function describeRun({ inputs, outputs, ...given }: Pick<RunRecord, "configuration" | "status" | "seconds" | "peakBytes"> & { inputs: readonly string[]; outputs: readonly string[] }): Promise<RunRecord> {
  const { studyEnvironment } = await import("./environment"); // which loads TensorFlow
  const hashed = (paths: readonly string[]): HashedFile[] => [...new Set(paths)].map((path) => ({ path: repositoryPath(path), sha256: sha256OfFile(path) }));
  const lock = join(repositoryRoot(), "package-lock.json");
  return {
    schema: 1, ...given, environment: studyEnvironment(), dirty: isDirty(), lockFile: existsSync(lock) ? sha256OfFile(lock) : null,
    flags: Object.fromEntries(Object.entries(process.env).filter(([name]) => FLAGS.test(name)).sort()) as Record<string, string>,
    inputs: hashed(inputs), outputs: hashed(outputs),
  };
}

/** Writes a record. */
export const writeRecord = (path: string, record: RunRecord): void => writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`);

/** Computes the hashes of all files of a record anew; returns a line for each that differs: the file, and how. */
export function verifyRecord(path: string): string[] {
  const { inputs, outputs } = JSON.parse(readFileSync(path, "utf8")) as RunRecord;
  return [...inputs, ...outputs].flatMap(({ path: name, sha256 }) => {
    const file = join(repositoryRoot(), name), absolute = name.startsWith("/") ? name : file;
    if (!existsSync(absolute)) return [`${name}: missing`];
    return sha256OfFile(absolute) === sha256 ? [] : [`${name}: changed since ${path} was written`];
  });
}

function isDirty(): boolean | null {
  try {
    return execFileSync("git", ["-C", repositoryRoot(), "status", "--porcelain", "--untracked-files=no"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim() !== "";
  } catch {
    return null;
  }
}
