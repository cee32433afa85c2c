#!/usr/bin/env node
// Hostile and damaged weight files against the readers, in a child process with bounded memory and time:
// node test/dist/fuzz/run.js [--seed N] [--mutants N]
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { writeTensors } from "zsq/dist/weights/safetensors";
import { Random } from "zsq/dist/tensor/random";
import { importingPickles } from "../helpers/hostile-pickles";
import { torchEntries, zip } from "../helpers/torch-archive";

/** A case: its bytes, and the digests that reading them may give ("any": no digest is wrong). */
interface Case { name: string; ending: string; data: Uint8Array; may: Set<string> | "any" }
type Outcome = "read" | "refused" | "wrong" | "untyped" | "crash" | "hang" | "side-effect";

const LIMIT_MS = 5000, HEAP_MB = 256;
const good = (JSON.parse(readFileSync(join(__dirname, "../../fixtures/zsq/torch/good.json"), "utf8")) as { cases: { name: string; select: string | null; integrity: string; file: string }[] }).cases;

/** The reader in a child, started again when it dies. */
class Reader {
  private child: ChildProcessWithoutNullStreams | null = null;
  private answered: (line: string | null) => void = () => undefined;

  constructor(private readonly canary: string) {}

  async read(path: string): Promise<{ outcome: Outcome; detail: string }> {
    const child = (this.child ??= this.start());
    const line = await new Promise<string | null | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), LIMIT_MS);
      this.answered = (answer) => { clearTimeout(timer); resolve(answer); };
      child.stdin.write(`${path}\n`);
    });
    if (typeof line !== "string") {
      child.kill("SIGKILL");
      this.child = null;
      return { outcome: line === null ? "crash" : "hang", detail: path };
    }
    const [outcome, ...detail] = (JSON.parse(line) as { answer: string }).answer.split(" ");
    return { outcome: outcome as Outcome, detail: detail.join(" ") };
  }

  stop(): void {
    this.child?.kill();
  }

  private start(): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, join(__dirname, "child.js"), this.canary]);
    createInterface({ input: child.stdout }).on("line", (line) => this.answered(line));
    child.once("exit", () => this.answered(null));
    child.stdin.on("error", () => undefined);
    return child;
  }
}

function mutate(random: Random, whole: Uint8Array): Buffer {
  const bytes = Buffer.from(whole), at = random.integer(0, bytes.length), length = random.integer(1, 9);
  switch (random.integer(0, 5)) {
    case 0: return bytes.subarray(0, at);
    case 1: return Buffer.concat([bytes.subarray(0, at), Buffer.from(Array.from({ length }, () => random.integer(0, 256))), bytes.subarray(at)]);
    case 2: return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 3: { const from = random.integer(0, bytes.length); bytes.copyWithin(at, from, from + 8 * length); return bytes; }
    default: for (let k = 0; k < length; k++) bytes[random.integer(0, bytes.length)] = random.integer(0, 256); return bytes;
  }
}

async function* cases(seed: number, mutants: number, digestOf: (data: Uint8Array, ending: string) => Promise<string>, folder: string): AsyncIterable<Case> {
  for (const [name, pickle] of importingPickles()) yield { name, ending: "pth", data: zip(torchEntries(pickle)), may: new Set() };
  const random = new Random(seed), whole = good.filter(({ select, integrity, file }) => select === null && integrity === "checked" && file.length < 20_000).map(({ name, file }) => ({ name, data: Buffer.from(file, "base64") }));
  const digests = new Map<string, Set<string>>();
  for (const { name, data } of whole) digests.set(name, new Set([await digestOf(data, "pth")]));
  for (let i = 0; i < mutants; i++) {
    const { name, data } = whole[i % whole.length];
    yield { name: `${name}, mutant ${i}`, ending: "pth", data: mutate(random, data), may: digests.get(name)! };
  }
  // the pickle alone, in an archive whose checksums fit: what is read may differ, but has to be read soundly
  for (let i = 0; i < mutants; i++) {
    const { name, data } = whole[i % whole.length], { pickle, storages } = partsOf(data);
    yield { name: `${name}, pickle mutant ${i}`, ending: "pth", data: zip(torchEntries(mutate(random, pickle), storages)), may: "any" };
  }
  const path = join(folder, "whole.safetensors");
  writeTensors(path, new Map([["a", { dtype: "F32", shape: [2, 3] }], ["b", { dtype: "I64", shape: [2] }]]), (name) => new Uint8Array(name === "a" ? 24 : 16).fill(7), new Map([["k", "v"]]));
  const safetensors = readFileSync(path);
  for (let i = 0; i < mutants; i++) yield { name: `safetensors mutant ${i}`, ending: "safetensors", data: mutate(random, safetensors), may: "any" };
}

// data.pkl and the storages of one of torch's archives
function partsOf(archive: Buffer): { pickle: Buffer; storages: Record<string, Buffer> } {
  const storages: Record<string, Buffer> = {}, end = archive.length - 22, count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16), pickle = Buffer.alloc(0);
  for (let i = 0; i < count; i++) {
    const [size, nameLength, extra, header] = [archive.readUInt32LE(at + 24), archive.readUInt16LE(at + 28), archive.readUInt16LE(at + 30), archive.readUInt32LE(at + 42)];
    const name = archive.toString("utf8", at + 46, at + 46 + nameLength), start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28), data = archive.subarray(start, start + size);
    if (name.endsWith("/data.pkl")) pickle = Buffer.from(data);
    const key = /\/data\/(\d+)$/.exec(name)?.[1];
    if (key !== undefined) storages[key] = data;
    at += 46 + nameLength + extra;
  }
  return { pickle, storages };
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seed: { type: "string", default: "1" }, mutants: { type: "string", default: "20000" } } });
  const folder = mkdtempSync(join(tmpdir(), "zsq-fuzz-")), reader = new Reader(join(folder, "canary")), counts = new Map<Outcome, number>();
  const read = (data: Uint8Array, ending: string): ReturnType<Reader["read"]> => {
    const path = join(folder, `case.${ending}`);
    writeFileSync(path, data);
    return reader.read(path);
  };
  let bad = 0;
  try {
    for await (const { name, ending, data, may } of cases(Number(values.seed), Number(values.mutants), async (bytes, end) => (await read(bytes, end)).detail, folder)) {
      const { outcome: seen, detail } = await read(data, ending), outcome = seen === "read" && may !== "any" && !may.has(detail) ? "wrong" : seen;
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (outcome !== "read" && outcome !== "refused" && bad++ < 20) process.stdout.write(`${outcome}: ${name}: ${detail}\n`);
    }
  } finally {
    reader.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${[...counts].map(([outcome, n]) => `${outcome} ${n}`).join(", ")}\n`);
  return bad === 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
