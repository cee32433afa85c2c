import { crc32 } from "node:zlib";

// What torch.save writes, by hand, so that tests can write it wrongly.

const bytes = (...parts: (number | string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.of(part) : typeof part === "string" ? Buffer.from(part) : part)));
const uint32 = (value: number): Buffer => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(value >>> 0);
  return b;
};

/** Opcodes of pickles with their arguments. */
export const op = {
  bytes, uint32,
  PROTO: bytes(0x80, 2), STOP: bytes("."), MARK: bytes("("), REDUCE: bytes("R"), BUILD: bytes("b"), NEWOBJ: bytes(0x81), PERSID: bytes("Q"),
  EMPTY_TUPLE: bytes(")"), TUPLE: bytes("t"), TUPLE1: bytes(0x85), TUPLE2: bytes(0x86), TUPLE3: bytes(0x87),
  EMPTY_LIST: bytes("]"), APPEND: bytes("a"), APPENDS: bytes("e"), EMPTY_DICT: bytes("}"), SETITEM: bytes("s"), SETITEMS: bytes("u"),
  NONE: bytes("N"), TRUE: bytes(0x88), FALSE: bytes(0x89),
  global: (module: string, name: string): Buffer => bytes("c", module, "\n", name, "\n"),
  text: (value: string): Buffer => bytes("X", uint32(Buffer.byteLength(value)), value),
  int: (value: number): Buffer => bytes("J", uint32(value)),
  float: (value: number): Buffer => {
    const b = Buffer.alloc(8);
    b.writeDoubleBE(value);
    return bytes("G", b);
  },
  put: (index: number): Buffer => bytes("q", index),
  get: (index: number): Buffer => bytes("h", index),
  tuple: (...items: Uint8Array[]): Buffer => bytes("(", ...items, "t"),
  dict: (...items: Uint8Array[]): Buffer => bytes("}", "(", ...items, "u"),
};

/** A whole pickle of protocol 2 around some opcodes. */
export const pickle = (...parts: Uint8Array[]): Buffer => bytes(op.PROTO, ...parts, op.STOP);

/** A persistent id, and a tensor, as opcodes; each part can be replaced. */
export const storage = ({ type = op.global("torch", "FloatStorage"), key = op.text("0"), numel = op.int(6), tag = op.text("storage"), more = [] as Uint8Array[] } = {}): Buffer =>
  bytes(op.tuple(tag, type, key, op.text("cpu"), numel, ...more), op.PERSID);
export const ints = (...values: number[]): Buffer => op.tuple(...values.map(op.int));
export const orderedDict = bytes(op.global("collections", "OrderedDict"), op.EMPTY_TUPLE, op.REDUCE);
export const tensor = ({ of = storage(), offset = op.int(0), size = ints(2, 3), stride = ints(3, 1), grad = op.FALSE, hooks = orderedDict, more = [] as Uint8Array[] } = {}): Buffer =>
  bytes(op.global("torch._utils", "_rebuild_tensor_v2"), op.tuple(of, offset, size, stride, grad, hooks, ...more), op.REDUCE);

/** An entry of an archive, with what its headers may claim instead of the truth. */
export interface ArchiveEntry {
  name: string;
  data: Uint8Array;
  local?: Partial<EntryHeader>;
  central?: Partial<EntryHeader>;
  descriptor?: Buffer;
}

export interface EntryHeader { name: string; flags: number; method: number; crc: number; size: number; packed: number; extra: Buffer; offset: number; attributes: number; comment: string }

/** A zip archive as torch.save writes it: stored entries with data descriptors, and the directory. */
export function zip(entries: readonly ArchiveEntry[], { before = Buffer.alloc(0), after = Buffer.alloc(0), end = {} as Partial<{ count: number; size: number; start: number; comment: number }> } = {}): Buffer {
  const parts: Buffer[] = [before], directory: Buffer[] = [];
  let at = before.length;
  for (const { name, data, local, central, descriptor } of entries) {
    const truth: EntryHeader = { name, flags: 0x0808, method: 0, crc: crc32(data), size: data.length, packed: data.length, extra: Buffer.alloc(0), offset: at, attributes: 0, comment: "" };
    const l = { ...truth, crc: 0, size: 0, packed: 0, ...local }, c = { ...truth, ...central };
    const header = Buffer.alloc(30), item = Buffer.alloc(46);
    header.writeUInt32LE(0x04034b50);
    [[6, l.flags], [8, l.method], [26, Buffer.byteLength(l.name)], [28, l.extra.length]].forEach(([place, value]) => header.writeUInt16LE(value, place));
    [[14, l.crc], [18, l.packed], [22, l.size]].forEach(([place, value]) => header.writeUInt32LE(value, place));
    item.writeUInt32LE(0x02014b50);
    [[8, c.flags], [10, c.method], [28, Buffer.byteLength(c.name)], [30, c.extra.length], [32, c.comment.length]].forEach(([place, value]) => item.writeUInt16LE(value, place));
    [[16, c.crc], [20, c.packed], [24, c.size], [38, c.attributes], [42, c.offset]].forEach(([place, value]) => item.writeUInt32LE(value >>> 0, place));
    const close = descriptor ?? bytes("PK\x07\x08", uint32(crc32(data)), uint32(data.length), uint32(data.length));
    const part = bytes(header, l.name, l.extra, data, close);
    parts.push(part);
    directory.push(bytes(item, c.name, c.extra, c.comment));
    at += part.length;
  }
  const all = Buffer.concat(directory), tail = Buffer.alloc(22), count = end.count ?? entries.length;
  tail.writeUInt32LE(0x06054b50);
  [[8, count], [10, count], [20, end.comment ?? 0]].forEach(([place, value]) => tail.writeUInt16LE(value, place));
  [[12, end.size ?? all.length], [16, end.start ?? at]].forEach(([place, value]) => tail.writeUInt32LE(value, place));
  return Buffer.concat([...parts, all, tail, after]);
}

const SIX = Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);

/** The entries of a checkpoint: this pickle, and one storage of six float32 unless others are given. */
export const torchEntries = (data: Uint8Array, storages: Record<string, Uint8Array> = { 0: SIX }): ArchiveEntry[] => [
  { name: "archive/data.pkl", data }, { name: "archive/byteorder", data: Buffer.from("little") },
  ...Object.entries(storages).map(([key, value]) => ({ name: `archive/data/${key}`, data: value })),
  { name: "archive/version", data: Buffer.from("3\n") },
];

/** The state dict { a: [[1, 2, 3], [4, 5, 6]] } as a pickle. */
export const smallState = pickle(op.dict(op.text("a"), tensor()));
