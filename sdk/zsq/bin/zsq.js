#!/usr/bin/env node
// Starts the command line in a process whose environment suits TensorFlow: a quiet log, all cores, and an allocator that
// keeps its pages (glibc returns large tensors to the system at once otherwise, which costs a quarter of the time).
const { spawn } = require("node:child_process");
const { availableParallelism } = require("node:os");
const { join } = require("node:path");

const settings = {
  TF_CPP_MIN_LOG_LEVEL: "2",
  TF_NUM_INTRAOP_THREADS: String(availableParallelism()),
  MALLOC_MMAP_THRESHOLD_: "1073741824",
  MALLOC_TRIM_THRESHOLD_: "8589934592",
  MALLOC_TOP_PAD_: "33554432",
};
const child = spawn(process.execPath, ["--no-deprecation", join(__dirname, "../dist/cli/main.js"), ...process.argv.slice(2)],
  { stdio: "inherit", env: { ...settings, ...process.env } });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`zsq: ${error.message}`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => { process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1); });
