import { parseStrictJson, type StrictJson } from "./strict-json";

/** Where a tensor lies in the data that follow the header, in bytes. */
export interface TensorEntry {
  name: string;
  shape: number[];
  begin: number;
  end: number;
}

const METADATA = "__metadata__";
const KEYS = ["data_offsets", "dtype", "shape"];

/**
 * Tensors, by their place in the file, and metadata of a safetensors header.
 *
 * - **header** – its bytes, UTF-8
 * - **dataSize** – bytes that follow it in the file
 *
 * Throws an Error whose message says what is wrong with which tensor and what was expected.
 */
export function parseHeader(header: Uint8Array, dataSize: number): { entries: TensorEntry[]; metadata: Map<string, string> } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    throw new Error("header that is not UTF-8; expected JSON");
  }
  if (text[0] !== "{") throw new Error(`header that starts with ${JSON.stringify(text[0] ?? "")}; expected {`);
  const fields = parseHeaderJson(text);
  const metadata = stringMap(fields.get(METADATA) ?? new Map());
  fields.delete(METADATA);
  const entries = [...fields].map(([name, value]) => tensorEntry(name, value));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) throw new Error(`tensor ${name} at byte ${begin}; expected ${at}, without gap or overlap`);
    at = end;
  }
  if (at !== dataSize) throw new Error(`${dataSize} bytes of data; expected ${at}`);
  return { entries, metadata };
}

function parseHeaderJson(text: string): Map<string, StrictJson> {
  try {
    return parseStrictJson(text, 3) as Map<string, StrictJson>; // it starts with {
  } catch (error) {
    throw new Error(`header with ${(error as Error).message}`);
  }
}

function stringMap(value: StrictJson): Map<string, string> {
  const valid = value instanceof Map && [...value.values()].every((x) => typeof x === "string");
  if (!valid) throw new Error(`${METADATA} that is not made of strings; expected strings by name`);
  return value as Map<string, string>;
}

function tensorEntry(name: string, value: StrictJson): TensorEntry {
  const invalid = (what: string, rule: string): Error => new Error(`tensor ${name} with ${what}; expected ${rule}`);
  if (!(value instanceof Map) || [...value.keys()].sort().join() !== KEYS.join()) throw invalid("other keys", KEYS.join(", "));
  const dtype = value.get("dtype"), shape = integers(value.get("shape")), offsets = integers(value.get("data_offsets"));
  if (dtype !== "F32") throw invalid(`unsupported dtype ${typeof dtype === "string" ? dtype : "that is no string"}`, "F32");
  if (!shape) throw invalid("an invalid shape", "a list of integers");
  if (offsets?.length !== 2 || offsets[0] > offsets[1]) throw invalid("invalid data_offsets", "[begin, end]");
  const [begin, end] = offsets;
  if (shape.includes(0) ? end !== begin : product(shape) * 4 !== end - begin) throw invalid(`shape [${shape}] in ${end - begin} bytes`, "4 bytes per element");
  return { name, shape, begin, end };
}

const integers = (value: StrictJson | undefined): number[] | null =>
  Array.isArray(value) && value.every((x) => typeof x === "number") ? (value as number[]) : null;

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
