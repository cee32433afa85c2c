import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "zsq/dist/tensor/random";
import { DTYPE_BYTES, elements, isDtype, type Dtype } from "zsq/dist/weights/dtype";
import { writeTensors } from "zsq/dist/weights/safetensors";
import { importingPickles } from "../helpers/hostile-pickles";
import { torchEntries, zip } from "../helpers/torch-archive";
import { stateFiles } from "../helpers/torch-states";
import type { Case } from "./cases";
import { tensorsDigest } from "./digest";
import { mutate } from "./mutate";

interface Saved { name: string; select: string | null; integrity: string; file: string; tensors: Record<string, { dtype: Dtype; shape: number[]; hex: string }> }
interface Seed { name: string; data: Buffer; digest: string }

const saved = (JSON.parse(readFileSync(join(__dirname, "../../fixtures/zsq/torch/good.json"), "utf8")) as { cases: Saved[] }).cases;

/** Pickles that name code, files as torch writes them, and damaged ones: `good` of the second, `mutants` of each kind of the third. */
export function* weightCases(seed: number, { good, mutants }: { good: number; mutants: number }, folder: string): Iterable<Case> {
  const random = new Random(seed);
  for (const [name, pickle] of importingPickles()) yield { name, kind: "weights", file: "a.pth", data: zip(torchEntries(pickle)), right: "refused" };
  for (const { name, data, select, tensors } of stateFiles(random, good)) yield { name, kind: "weights", file: "a.pth", data, select, right: tensorsDigest(tensors), must: true, python: true };
  const seeds = saved.filter(({ select, integrity, file }) => select === null && integrity === "checked" && file.length < 20_000).map(seedOf);
  for (const one of taken(seeds, mutants)) yield { name: `${one.name}, mutant`, kind: "weights", file: "a.pth", data: mutate(random, one.data), right: one.digest, python: true };
  // the pickle alone, in an archive whose checksums fit: it may say something else, which then has to be read as Python reads it
  for (const one of taken(seeds, mutants)) {
    const { pickle, storages } = partsOf(one.data);
    yield { name: `${one.name}, pickle mutant`, kind: "weights", file: "a.pth", data: zip(torchEntries(mutate(random, pickle), storages)), right: "any", python: true };
  }
  const whole = safetensors(join(folder, "whole.safetensors"));
  for (let i = 0; i < mutants; i++) {
    const data = mutate(random, whole);
    yield { name: `safetensors mutant ${i}`, kind: "weights", file: "a.safetensors", data, right: safetensorsDigest(data) };
  }
}

function seedOf({ name, file, tensors }: Saved): Seed {
  return { name, data: Buffer.from(file, "base64"), digest: tensorsDigest(Object.entries(tensors).map(([key, { dtype, shape, hex }]) => [key, { dtype, shape, bytes: Buffer.from(hex, "hex") }])) };
}

function* taken<T>(items: readonly T[], count: number): Iterable<T> {
  for (let i = 0; i < count; i++) yield items[i % items.length];
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

function safetensors(path: string): Buffer {
  writeTensors(path, new Map([["a", { dtype: "F32", shape: [2, 3] }], ["b", { dtype: "I64", shape: [2] }]]), (name) => new Uint8Array(name === "a" ? 24 : 16).map((_, i) => i), new Map([["k", "v"]]));
  return readFileSync(path);
}

// The format has no checksum: what the header says is what the file is. "refused" where it says nothing that makes sense.
function safetensorsDigest(data: Buffer): string {
  try {
    const length = Number(data.readBigUInt64LE(0)), header = JSON.parse(data.toString("utf8", 8, 8 + length)) as Record<string, { dtype: Dtype; shape: number[]; data_offsets: [number, number] }>;
    const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__").sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
    return tensorsDigest(tensors.map(([name, { dtype, shape, data_offsets: [from, to] }]) => {
      if (!isDtype(dtype) || elements(shape) * DTYPE_BYTES[dtype] !== to - from || 8 + length + to > data.length) throw new Error("sizes");
      return [name, { dtype, shape, bytes: data.subarray(8 + length + from, 8 + length + to) }];
    }));
  } catch {
    return "refused";
  }
}
