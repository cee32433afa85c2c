#!/usr/bin/env node
// Starts the command line in a process whose environment suits TensorFlow.
const { spawn } = require("node:child_process");
const { join } = require("node:path");
const settings = require("./settings.js");

const child = spawn(process.execPath, ["--no-deprecation", join(__dirname, "../dist/cli/main.js"), ...process.argv.slice(2)],
  { stdio: "inherit", env: { ...settings, ...process.env } });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`zsq: ${error.message}`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => { process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1); });
