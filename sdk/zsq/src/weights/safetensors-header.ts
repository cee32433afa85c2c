import { DTYPE_BYTES, elements, isDtype, type TensorInfo } from "./dtype";
import { Refusal } from "./format-error";
import { parseStrictJson, type StrictJson } from "./strict-json";

/** Where a tensor lies in the data that follow the header, in bytes. */
export interface TensorEntry extends TensorInfo {
  name: string;
  begin: number;
  end: number;
}

const MAX_TENSORS = 100_000;
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
    throw new Refusal("header", "header that is not UTF-8; expected JSON");
  }
  if (text[0] !== "{") throw new Refusal("header", `header that starts with ${JSON.stringify(text[0] ?? "")}; expected {`);
  const fields = parseHeaderJson(text);
  const metadata = stringMap(fields.get(METADATA) ?? new Map());
  fields.delete(METADATA);
  if (fields.size > MAX_TENSORS) throw new Refusal("limit", `${fields.size} tensors; expected at most ${MAX_TENSORS}`, { limit: MAX_TENSORS });
  const entries = [...fields].map(([name, value]) => tensorEntry(name, value));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) throw new Refusal("header", `tensor ${name} at byte ${begin}; expected ${at}, without gap or overlap`);
    at = end;
  }
  if (at !== dataSize) throw new Refusal("header", `${dataSize} bytes of data; expected ${at}`);
  return { entries, metadata };
}

function parseHeaderJson(text: string): Map<string, StrictJson> {
  try {
    return parseStrictJson(text, 3) as Map<string, StrictJson>; // it starts with {
  } catch (error) {
    throw new Refusal("header", `header with ${(error as Error).message}`);
  }
}

function stringMap(value: StrictJson): Map<string, string> {
  const valid = value instanceof Map && [...value.values()].every((x) => typeof x === "string");
  if (!valid) throw new Refusal("header", `${METADATA} that is not made of strings; expected strings by name`);
  return value as Map<string, string>;
}

function tensorEntry(name: string, value: StrictJson): TensorEntry {
  const invalid = (what: string, rule: string): Refusal => new Refusal("header", `tensor ${name} with ${what}; expected ${rule}`);
  if (!(value instanceof Map) || [...value.keys()].sort().join() !== KEYS.join()) throw invalid("other keys", KEYS.join(", "));
  const dtype = value.get("dtype"), shape = integers(value.get("shape")), offsets = integers(value.get("data_offsets"));
  if (!isDtype(dtype)) throw invalid(`unsupported dtype ${typeof dtype === "string" ? dtype : "that is no string"}`, `one of ${Object.keys(DTYPE_BYTES).join(" ")}`);
  if (!shape) throw invalid("an invalid shape", "a list of integers");
  if (offsets?.length !== 2 || offsets[0] > offsets[1]) throw invalid("invalid data_offsets", "[begin, end]");
  const [begin, end] = offsets;
  const each = DTYPE_BYTES[dtype];
  if (shape.includes(0) ? end !== begin : elements(shape) * each !== end - begin) throw invalid(`shape [${shape}] in ${end - begin} bytes`, `${each} bytes per element`);
  return { name, dtype, shape, begin, end };
}

const integers = (value: StrictJson | undefined): number[] | null =>
  Array.isArray(value) && value.every((x) => typeof x === "number") ? (value as number[]) : null;
