#!/usr/bin/env node
// Hostile and damaged files against the readers, in a child process with bounded memory and time:
// node test/dist/fuzz/run.js [--seed N] [--good N] [--mutants N] [--data N]
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Case } from "./cases";
import { dataCases } from "./data-cases";
import { Reader, type Outcome } from "./reader";
import { weightCases } from "./weight-cases";

const PYTHON = join(__dirname, "../../../.zsq/venv/bin/python"), SHOWN = 20;

/** Outcomes by group of cases, and the faults among them. */
class Tally {
  private readonly counts = new Map<string, Map<Outcome, number>>();
  faults = 0;

  add(group: string, outcome: Outcome, name: string, detail: string): void {
    const counts = this.counts.get(group) ?? new Map<Outcome, number>();
    this.counts.set(group, counts.set(outcome, (counts.get(outcome) ?? 0) + 1));
    if (outcome !== "read" && outcome !== "refused" && this.faults++ < SHOWN) process.stdout.write(`${outcome}: ${name}: ${detail.slice(0, 300)}\n`);
  }

  text(): string {
    return [...this.counts].map(([group, counts]) => `${group}: ${[...counts].sort().map(([outcome, n]) => `${outcome} ${n}`).join(", ")}`).join("\n");
  }
}

function judge({ right, wrong, must }: Case, outcome: Outcome, detail: string): Outcome {
  if (outcome === "refused" && must) return "wrong";
  return outcome === "read" && (detail === wrong || (right !== "any" && detail !== right)) ? "wrong" : outcome;
}

async function* cases(seed: number, counts: { good: number; mutants: number; data: number }, folder: string, digestOf: (one: Case) => Promise<string>): AsyncIterable<[string, Case]> {
  const group = ({ name, file, kind, must }: Case): string => (must ? "good files of torch" : name.includes("pickle mutant") ? "mutants of pickles" : name.includes("mutant") ? `mutants of ${kind === "weights" ? file.slice(1) : kind === "image" ? "images" : "annotations"}` : "pickles that name code");
  for (const one of weightCases(seed, counts, folder)) yield [group(one), one];
  for await (const one of dataCases(seed, counts.data, folder, digestOf)) yield [group(one), one];
}

/** Files that were read, for Python to read too. */
class Second {
  private readonly asked: { question: { path: string; select?: string }; name: string; digest: string }[] = [];

  constructor(private readonly folder: string) {}

  keep({ name, data, select }: Case, digest: string): void {
    const path = join(this.folder, `${this.asked.length}.pth`);
    writeFileSync(path, data);
    this.asked.push({ question: { path, select }, name, digest });
  }

  judge(tally: Tally): void {
    const lines = execFileSync(PYTHON, [join(__dirname, "../../fuzz/pickle_oracle.py")], { input: this.asked.map(({ question }) => `${JSON.stringify(question)}\n`).join(""), encoding: "utf8", maxBuffer: 1 << 28 }).split("\n");
    this.asked.forEach(({ name, digest }, i) => tally.add("read again by Python", lines[i] === digest ? "read" : "wrong", name, lines[i]));
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seed: { type: "string", default: "1" }, good: { type: "string", default: "300" }, mutants: { type: "string", default: "20000" }, data: { type: "string", default: "500" } } });
  const folder = mkdtempSync(join(tmpdir(), "zsq-fuzz-")), kept = join(folder, "read"), reader = new Reader(join(folder, "canary")), tally = new Tally(), second = new Second(kept);
  const read = ({ kind, file, data, select, shape, folder: whole }: Case): ReturnType<Reader["read"]> => {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
    return reader.read({ kind, path: whole === undefined ? path : join(folder, whole), select, shape });
  };
  mkdirSync(kept);
  try {
    const counts = { good: Number(values.good), mutants: Number(values.mutants), data: Number(values.data) };
    for await (const [group, one] of cases(Number(values.seed), counts, folder, async (whole) => (await read(whole)).detail)) {
      const { outcome: seen, detail } = await read(one), outcome = judge(one, seen, detail);
      tally.add(group, outcome, one.name, detail);
      if (outcome === "read" && one.python) second.keep(one, detail);
    }
    second.judge(tally);
  } finally {
    reader.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${tally.text()}\n${tally.faults} faults; slowest answer ${reader.slowest} ms, largest child ${reader.largest} MiB\n`);
  return tally.faults === 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
