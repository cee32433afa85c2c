import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { writeFileAtomic } from "./atomic-write";
import { oneLine } from "./parse-json";
import { parseHeader } from "./safetensors-header";

/** Numbers with a shape, in C order. */
export interface NamedArray {
  shape: readonly number[];
  data: Float32Array;
}

/** What a safetensors file holds; the arrays of one file share their memory. */
export interface Safetensors {
  tensors: Map<string, NamedArray>;
  /** the `__metadata__` strings */
  metadata: Map<string, string>;
}

const MAX_HEADER = 100_000_000;

/**
 * Reads a safetensors file of float32 tensors. It is believed only if all of it makes sense: the header's length and
 * form, known keys, no key twice, dtype F32, shapes that fit their bytes, and bytes without gap, overlap or rest.
 *
 * Throws one line that names the file and the reason; no tensor memory is allocated before the header has been checked.
 *
 * Source: the safetensors format, huggingface/safetensors.
 */
export function readSafetensors(path: string): Safetensors {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new Error(`readSafetensors: missing ${path}: ${oneLine((error as Error).message)}; expected a readable safetensors file`);
  }
  try {
    return parse(file, fstatSync(file).size);
  } catch (error) {
    throw new Error(`readSafetensors: damaged ${path}: ${oneLine((error as Error).message)}`);
  } finally {
    closeSync(file);
  }
}

/**
 * Writes tensors as a safetensors file, all or nothing. The same tensors and metadata give the same bytes: names are
 * sorted, and the header is padded with spaces to a multiple of 8 bytes.
 *
 * Throws one line if a shape does not fit its data, a name is "__metadata__", or the file cannot be written.
 */
export function writeSafetensors(path: string, tensors: ReadonlyMap<string, NamedArray>, metadata?: ReadonlyMap<string, string>): void {
  writeFileAtomic(path, encode(tensors, metadata));
}

// the header, then each tensor
function encode(tensors: ReadonlyMap<string, NamedArray>, metadata: ReadonlyMap<string, string> = new Map()): Uint8Array[] {
  const names = [...tensors.keys()].sort();
  const fields = metadata.size ? [`"__metadata__":{${[...metadata.keys()].sort().map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata.get(key))}`).join()}}`] : [];
  let end = 0;
  const pieces = names.map((name) => {
    const { shape, data } = tensors.get(name)!;
    if (name === "__metadata__") throw new Error(`writeSafetensors: invalid name: ${name}; expected any other`);
    if (!shape.every((x) => Number.isInteger(x) && x >= 0) || shape.reduce((a, b) => a * b, 1) !== data.length) throw new Error(`writeSafetensors: invalid shape of ${name}: [${shape}]; expected ${data.length} elements`);
    fields.push(`${JSON.stringify(name)}:{"dtype":"F32","shape":[${shape}],"data_offsets":[${end},${(end += data.byteLength)}]}`);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  });
  const text = Buffer.from(`{${fields.join()}}`);
  const header = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, " ");
  header.writeBigUInt64LE(BigInt(header.length - 8));
  text.copy(header, 8);
  return [header, ...pieces];
}

function parse(file: number, size: number): Safetensors {
  const length = new DataView(take(file, 0, 8, size)).getBigUint64(0, true);
  if (length > MAX_HEADER) throw new Error(`header of ${length} bytes; expected at most ${MAX_HEADER}`);
  const dataStart = 8 + Number(length);
  const header = new Uint8Array(take(file, 8, Number(length), size));
  const { entries, metadata } = parseHeader(header, size - dataStart);
  const data = take(file, dataStart, size - dataStart, size); // tensors follow each other from 0, so each is aligned
  const tensors = new Map(entries.map(({ name, shape, begin, end }) => [name, { shape, data: new Float32Array(data, begin, (end - begin) / 4) }]));
  return { tensors, metadata };
}

function take(file: number, from: number, count: number, size: number): ArrayBuffer {
  if (from + count > size) throw new Error(`${size} bytes; expected at least ${from + count}`);
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const got = readSync(file, bytes, at, count - at, from + at);
    if (got === 0) throw new Error(`end after ${from + at} bytes; expected ${from + count}`);
    at += got;
  }
  return bytes.buffer;
}
