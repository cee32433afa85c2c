import { DTYPE_BYTES, elements, type RawTensor, type TensorFile, type TensorInfo } from "../dtype";
import { FileBytes } from "../file-bytes";
import { naming, Refusal } from "../format-error";
import type { OpaqueClass } from "./globals";
import { readStrided } from "./strided";
import { PICKLE_LIMITS, unpickle, type PickleLimits } from "./unpickle";
import { describe, Dict, TorchTensor, type Storage, type Value } from "./values";
import { checkContents, zipEntries, type ZipEntry } from "./zip-archive";

/** See openTorch. */
export interface OpenTorchOptions {
  /** key of the state dict in a checkpoint that holds more, such as "model" */
  select?: string;
  /** classes, as "module name", whose objects may lie beside it and stay closed; default none */
  opaque?: readonly OpaqueClass[];
  limits?: Partial<PickleLimits>;
}

const LEGACY = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const RECORDS = new Set(["data.pkl", "byteorder", "version", ".format_version", ".storage_alignment", ".data/serialization_id"]);
const RESAVE = "a zip archive; try torch.save(torch.load(path), path) with torch 1.6 or newer";
const MAX_EXPANSION = 8, FREE_EXPANSION = 16 << 20;

/**
 * Opens a state dict written by torch.save (zip layout, torch >= 1.6) without running any of it. The whole file is
 * checked first: archive, CRC-32 of every entry, pickle, storages, geometry; then tensors are read one at a time. Views,
 * strides and storages shared between tensors come out in C order; parameters as their data.
 *
 * The file stays open until close(). Throws a FormatError (file, code, entry, offset, limit) for anything else; legacy, tar
 * and TorchScript files with a hint.
 */
export function openTorch(path: string, options: OpenTorchOptions = {}): TensorFile {
  return naming("openTorch", path, () => {
    const file = FileBytes.open(path);
    try {
      return new TorchFile(path, file, options);
    } catch (error) {
      file.close();
      throw error;
    }
  });
}

class TorchFile implements TensorFile {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata = new Map<string, string>();
  readonly integrity: "checked" | "unchecked";
  private readonly views: Map<string, TorchTensor>;
  private readonly starts: Map<string, number>;
  private closed = false;

  constructor(private readonly path: string, private readonly file: FileBytes, { select, opaque, limits }: OpenTorchOptions) {
    refuseOtherLayouts(file);
    const entries = zipEntries(file), prefix = checkNames(entries);
    this.integrity = checkContents(file, entries.values());
    checkByteOrder(file, entries.get(`${prefix}byteorder`));
    const pickle = `${prefix}data.pkl`, { start, size } = entries.get(pickle)!;
    const most = limits?.pickleBytes ?? PICKLE_LIMITS.pickleBytes;
    if (size > most) throw new Refusal("limit", `${size} bytes; expected at most ${most} (option limits.pickleBytes)`, { entry: pickle, limit: most });
    const root = inEntry(pickle, () => unpickle(file.read(start, size), { limits, opaque }));
    this.starts = inEntry(pickle, () => checkStorages(storagesOf(root), prefix, entries));
    this.views = inEntry(pickle, () => stateDict(root, select));
    this.tensors = new Map([...this.views].map(([name, { storage, size: shape }]) => [name, { dtype: storage.dtype, shape }]));
    inEntry(pickle, () => checkExpansion(this.tensors.values(), storagesOf(root)));
  }

  read(name: string, room?: ArrayBuffer): RawTensor {
    const view = this.views.get(name);
    if (!view || this.closed) throw new Error(`openTorch: unknown tensor of ${this.path}: ${name}; expected one of ${this.views.size} names of an open file`);
    const { storage, offset, size, stride } = view;
    const place = { start: this.starts.get(storage.key)!, itemBytes: DTYPE_BYTES[storage.dtype], offset, size, stride };
    return { dtype: storage.dtype, shape: size, bytes: naming("openTorch", this.path, () => readStrided(this.file, place, room)) };
  }

  close(): void {
    if (!this.closed) this.file.close();
    this.closed = true;
  }
}

function refuseOtherLayouts(file: FileBytes): void {
  const head = file.read(0, Math.min(file.size, 512)), starts = (bytes: readonly number[]): boolean => bytes.every((x, i) => head[i] === x);
  if (starts(LEGACY)) throw new Refusal("layout", `torch's layout before 1.6; expected ${RESAVE}`);
  if (Buffer.from(head.subarray(257, 262)).toString("latin1") === "ustar") throw new Refusal("layout", `a tar archive; expected ${RESAVE}`);
  if (!starts([0x50, 0x4b])) throw new Refusal("layout", `no zip archive; expected ${RESAVE}`);
}

// The names are those of torch.save; returns their common prefix with its slash.
function checkNames(entries: ReadonlyMap<string, ZipEntry>): string {
  const [first = ""] = entries.keys(), prefix = first.slice(0, first.indexOf("/") + 1);
  if (!prefix) throw new Refusal("layout", `entry ${JSON.stringify(first)}; expected a folder with data.pkl, as torch.save writes`);
  for (const name of entries.keys()) {
    const record = name.slice(prefix.length);
    if (/^(code\/|constants\.pkl$|\.data\/ts_code)/.test(record)) throw new Refusal("layout", "a TorchScript archive; expected a state dict; try torch.save(model.state_dict(), path)", { entry: name });
    if (!name.startsWith(prefix) || (!RECORDS.has(record) && !/^data\/(0|[1-9][0-9]{0,6})$/.test(record))) throw new Refusal("layout", "an unknown entry; expected those of torch.save", { entry: name });
  }
  for (const record of ["data.pkl", "version"]) if (!entries.has(prefix + record)) throw new Refusal("layout", "no such entry; expected one, as torch.save writes", { entry: prefix + record });
  return prefix;
}

// files of older torch do not say it: they were written by machines like ours
function checkByteOrder(file: FileBytes, entry: ZipEntry | undefined): void {
  if (entry && Buffer.from(file.read(entry.start, Math.min(entry.size, 16))).toString("latin1") !== "little") throw new Refusal("layout", "another byte order; expected little", { entry: entry.name });
}

function inEntry<T>(entry: string, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof Refusal && error.place.entry === undefined) throw new Refusal(error.code, error.message, { ...error.place, entry });
    throw error;
  }
}

// every storage that the pickle names, those of closed objects and other keys too
function storagesOf(root: Value): Map<string, Storage> {
  const found = new Map<string, Storage>();
  const visit = (value: Value): void => {
    if (value instanceof TorchTensor) value = value.storage;
    if (typeof value !== "object" || value === null || "role" in value) return;
    if ("numel" in value) {
      const known = found.get(value.key);
      if (known && (known.dtype !== value.dtype || known.numel !== value.numel)) throw new Refusal("storage", `storage ${value.key} as ${known.numel} ${known.dtype} and ${value.numel} ${value.dtype}; expected one type and size`);
      found.set(value.key, value);
    } else if ("items" in value) value.items.forEach(visit);
    else if ("state" in value) visit(value.state);
    else if (value instanceof Dict) value.entries.forEach(visit);
  };
  visit(root);
  return found;
}

// Where each storage starts. The archive holds these storages, at their size, and no others.
function checkStorages(storages: ReadonlyMap<string, Storage>, prefix: string, entries: ReadonlyMap<string, ZipEntry>): Map<string, number> {
  const starts = new Map([...storages].map(([key, { numel, dtype }]) => {
    const entry = entries.get(`${prefix}data/${key}`), bytes = numel * DTYPE_BYTES[dtype];
    if (!entry) throw new Refusal("storage", `storage ${key} without an entry; expected ${bytes} bytes`);
    if (entry.size !== bytes) throw new Refusal("storage", `${entry.size} bytes; expected ${bytes} for ${numel} ${dtype}`, { entry: entry.name });
    return [key, entry.start];
  }));
  for (const name of entries.keys()) {
    if (name.startsWith(`${prefix}data/`) && !starts.has(name.slice(prefix.length + 5))) throw new Refusal("storage", "an entry that no tensor uses; expected none", { entry: name });
  }
  return starts;
}

function stateDict(root: Value, select: string | undefined): Map<string, TorchTensor> {
  const dict = select === undefined ? root : root instanceof Dict ? root.entries.get(select) : undefined;
  if (!(dict instanceof Dict)) throw new Refusal("value", `${select === undefined ? "the top" : `key ${JSON.stringify(select)}`} is ${describe(dict)}; expected a dict of tensors`);
  const dicts = [...dict.entries].filter(([, value]) => value instanceof Dict).map(([key]) => JSON.stringify(key));
  const tensors = new Map<string, TorchTensor>();
  for (const [name, value] of dict.entries) {
    if (typeof name !== "string" || !(value instanceof TorchTensor)) {
      throw new Refusal("value", `${JSON.stringify(name)} is ${describe(value)}; expected tensors by name${dicts.length ? `; try select: ${dicts.slice(0, 3).join(" or ")}` : ""}`);
    }
    tensors.set(name, value);
  }
  return tensors;
}

// Views may repeat a storage, but not blow it up.
function checkExpansion(tensors: Iterable<TensorInfo>, storages: ReadonlyMap<string, Storage>): void {
  let [expanded, stored] = [0, 0];
  for (const { dtype, shape } of tensors) expanded += elements(shape) * DTYPE_BYTES[dtype];
  for (const { dtype, numel } of storages.values()) stored += numel * DTYPE_BYTES[dtype];
  const most = MAX_EXPANSION * stored + FREE_EXPANSION;
  if (expanded > most) throw new Refusal("limit", `tensors of ${expanded} bytes from ${stored} stored; expected at most ${most}`, { limit: most });
}

