import { writeFileAtomic } from "./atomic-write";
import { asFloat32, DTYPE_BYTES, elements, type RawTensor, type TensorFile, type TensorInfo } from "./dtype";
import { FileBytes } from "./file-bytes";
import { naming, Refusal } from "./format-error";
import { parseHeader, type TensorEntry } from "./safetensors-header";

/** Numbers with a shape, in C order. */
export interface NamedArray {
  shape: readonly number[];
  data: Float32Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  tensors: Map<string, NamedArray>;
  /** the `__metadata__` strings */
  metadata: Map<string, string>;
}

const MAX_HEADER = 100_000_000;

/**
 * Opens a safetensors file; tensors of any dtype are read one at a time. It is believed only if all of its header makes
 * sense: length and form, known keys, no key twice, known dtypes, shapes that fit their bytes, and bytes without gap,
 * overlap or rest. The format has no checksums: `integrity` is "unchecked".
 *
 * The file stays open until close(). Throws a FormatError, one line that names the file and the reason; no tensor memory
 * is allocated before the header has been checked.
 *
 * Source: the safetensors format, huggingface/safetensors.
 */
export const openSafetensors = (path: string): TensorFile => open("openSafetensors", path);

/** Reads a safetensors file of float32 tensors whole; see openSafetensors for what is refused. */
export function readSafetensors(path: string): Safetensors {
  const file = open("readSafetensors", path);
  try {
    const other = [...file.tensors].find(([, { dtype }]) => dtype !== "F32");
    if (other) naming("readSafetensors", path, () => { throw new Refusal("header", `tensor ${other[0]} with unsupported dtype ${other[1].dtype}; expected F32`); });
    const tensors = new Map([...file.tensors].map(([name, { shape }]) => [name, { shape, data: asFloat32(file.read(name)) }]));
    return { tensors, metadata: new Map(file.metadata) };
  } finally {
    file.close();
  }
}

/**
 * Writes tensors as a safetensors file, all or nothing. The same tensors and metadata give the same bytes: names are
 * sorted, and the header is padded with spaces to a multiple of 8 bytes.
 *
 * Throws one line if a shape does not fit its data, a name is "__metadata__", or the file cannot be written.
 */
export function writeSafetensors(path: string, tensors: ReadonlyMap<string, NamedArray>, metadata?: ReadonlyMap<string, string>): void {
  for (const [name, { shape, data }] of tensors) {
    if (!shape.every((x) => Number.isInteger(x) && x >= 0) || elements(shape) !== data.length) throw new Error(`writeSafetensors: invalid shape of ${name}: [${shape}]; expected ${data.length} elements`);
  }
  const infos = new Map([...tensors].map(([name, { shape }]): [string, TensorInfo] => [name, { dtype: "F32", shape }]));
  writeTensors(path, infos, (name) => {
    const { data } = tensors.get(name)!;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }, metadata);
}

/**
 * Writes a safetensors file of tensors that are asked for one after another, so that one at a time is in memory, or a piece
 * of one: wider dtypes first, which keeps each aligned, then by name.
 *
 * - **bytes** – of the tensor of that name, little-endian in C order; or pieces of them, one after another
 *
 * Throws as writeSafetensors; what `bytes` throws ends it, and no file is left.
 */
export function writeTensors(path: string, tensors: ReadonlyMap<string, TensorInfo>, bytes: (name: string) => Uint8Array | Iterable<Uint8Array>, metadata: ReadonlyMap<string, string> = new Map()): void {
  const width = (name: string): number => DTYPE_BYTES[tensors.get(name)!.dtype];
  const names = [...tensors.keys()].sort().sort((a, b) => width(b) - width(a));
  const fields = metadata.size ? [`"__metadata__":{${[...metadata.keys()].sort().map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata.get(key))}`).join()}}`] : [];
  let end = 0;
  for (const name of names) {
    if (name === "__metadata__") throw new Error(`writeSafetensors: invalid name: ${name}; expected any other`);
    const { dtype, shape } = tensors.get(name)!;
    fields.push(`${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${end},${(end += elements(shape) * width(name))}]}`);
  }
  const text = Buffer.from(`{${fields.join()}}`);
  const header = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, " ");
  header.writeBigUInt64LE(BigInt(header.length - 8));
  text.copy(header, 8);
  writeFileAtomic(path, pieces(header, names, (name) => {
    const given = bytes(name), expected = elements(tensors.get(name)!.shape) * width(name);
    return counted(name, given instanceof Uint8Array ? [given] : given, expected);
  }));
}

function* pieces(header: Uint8Array, names: readonly string[], bytes: (name: string) => Iterable<Uint8Array>): Iterable<Uint8Array> {
  yield header;
  for (const name of names) yield* bytes(name);
}

function* counted(name: string, pieces: Iterable<Uint8Array>, expected: number): Iterable<Uint8Array> {
  let length = 0;
  for (const piece of pieces) {
    length += piece.length;
    yield piece;
  }
  if (length !== expected) throw new Error(`writeSafetensors: invalid bytes of ${name}: ${length}; expected ${expected}`);
}

function open(reader: string, path: string): TensorFile {
  return naming(reader, path, () => {
    const file = FileBytes.open(path);
    try {
      return new SafetensorsFile(reader, path, file);
    } catch (error) {
      file.close();
      throw error;
    }
  });
}

class SafetensorsFile implements TensorFile {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly integrity = "unchecked";
  private readonly dataStart: number;
  private closed = false;

  constructor(private readonly reader: string, private readonly path: string, private readonly file: FileBytes) {
    const start = file.read(0, 8), length = new DataView(start.buffer).getBigUint64(0, true);
    if (length > MAX_HEADER) throw new Refusal("limit", `header of ${length} bytes; expected at most ${MAX_HEADER}`, { limit: MAX_HEADER });
    this.dataStart = 8 + Number(length);
    const { entries, metadata } = parseHeader(file.read(8, Number(length)), file.size - this.dataStart);
    this.tensors = new Map(entries.map((entry) => [entry.name, entry]));
    this.metadata = metadata;
  }

  read(name: string, room?: ArrayBuffer): RawTensor {
    const entry = this.tensors.get(name);
    if (!entry || this.closed) throw new Error(`${this.reader}: unknown tensor of ${this.path}: ${name}; expected one of ${this.tensors.size} names of an open file`);
    const { dtype, shape, begin, end } = entry;
    return { dtype, shape, bytes: naming(this.reader, this.path, () => this.file.read(this.dataStart + begin, end - begin, room)) };
  }

  close(): void {
    if (!this.closed) this.file.close();
    this.closed = true;
  }
}
