import { DTYPE_BYTES, type Dtype } from "zsq/dist/weights/dtype";
import type { Random } from "zsq/dist/tensor/random";
import { op, torchEntries, zip, type ArchiveEntry } from "./torch-archive";

// State dicts as torch.save writes them, made without torch: CPython's pickler of protocol 2 with its memo, and the archives
// of several versions of torch.

/** A tensor that has to come out of a file. */
export interface ExpectedTensor { dtype: Dtype; shape: readonly number[]; bytes: Buffer }

/** A file, what it is, the key of its state dict where it holds more, and its tensors. */
export interface StateFile { name: string; data: Buffer; select?: string; tensors: Map<string, ExpectedTensor> }

interface Tensor { storage: Storage; offset: number; size: number[]; stride: number[]; grad: boolean }
interface Storage { key: string; dtype: Dtype; numel: number; bytes: Buffer }
class Global { constructor(readonly module: string, readonly name: string) {} }
class Ordered { constructor(readonly items: Map<string, Saved>, readonly metadata: Map<string, Saved> | null) {} }
type Saved = null | boolean | number | Float | string | Saved[] | Tuple | Map<string | number, Saved> | Ordered | Global | Tensor | Parameter | Storage;
class Parameter { constructor(readonly data: Tensor, readonly grad: boolean) {} }
class Tuple { constructor(readonly items: Saved[]) {} }
class Float { constructor(readonly value: number) {} }

const CLASSES: Partial<Record<Dtype, string>> = { F32: "Float", F64: "Double", F16: "Half", BF16: "BFloat16", I64: "Long", I32: "Int", I16: "Short", I8: "Char", U8: "Byte", BOOL: "Bool" };
const DTYPES = Object.keys(CLASSES) as Dtype[];
const GLOBALS = new Map<string, Global>();
const globalOf = (module: string, name: string): Global => GLOBALS.get(`${module} ${name}`) ?? GLOBALS.set(`${module} ${name}`, new Global(module, name)).get(`${module} ${name}`)!;

/** Writes as CPython's pickler does: whatever can occur twice is put into the memo, and read from it the second time. */
class Pickler {
  private readonly parts: Buffer[] = [op.PROTO];
  private readonly memo = new Map<unknown, number>();

  constructor(private readonly location: string) {}

  static dump(value: Saved, location: string): Buffer {
    const pickler = new Pickler(location);
    pickler.save(value);
    return Buffer.concat([...pickler.parts, op.STOP]);
  }

  private write(...parts: Buffer[]): void { this.parts.push(...parts); }

  private put(value: unknown): void {
    const index = this.memo.size;
    this.memo.set(value, index);
    this.write(index < 256 ? op.put(index) : op.bytes("r", op.uint32(index)));
  }

  private save(value: Saved): void {
    const known = this.memo.get(value);
    if (known !== undefined) return this.write(known < 256 ? op.get(known) : op.bytes("j", op.uint32(known)));
    if (value === null) return this.write(op.NONE);
    if (typeof value === "boolean") return this.write(value ? op.TRUE : op.FALSE);
    if (typeof value === "number") return this.write(integer(value));
    if (value instanceof Float) return this.write(op.float(value.value));
    if (typeof value === "string") { this.write(op.text(value)); return this.put(value); }
    if (value instanceof Global) { this.write(op.global(value.module, value.name)); return this.put(value); }
    if (value instanceof Tuple) return this.tuple(value);
    if (Array.isArray(value)) { this.write(op.EMPTY_LIST); this.put(value); return this.batches(value.map((item) => [item]), op.APPEND, op.APPENDS); }
    if (value instanceof Map) { this.write(op.EMPTY_DICT); this.put(value); return this.batches([...value], op.SETITEM, op.bytes("u")); }
    if (value instanceof Ordered) return this.ordered(value);
    if (!(value instanceof Parameter) && "numel" in value) return this.storage(value);
    this.tensor(value);
  }

  private tuple(value: Tuple): void {
    const { items } = value;
    if (items.length > 3) this.write(op.MARK);
    for (const item of items) this.save(item);
    this.write([op.EMPTY_TUPLE, op.TUPLE1, op.TUPLE2, op.TUPLE3][items.length] ?? op.TUPLE);
    if (items.length) this.put(value);
  }

  // in thousands, one alone by its own opcode
  private batches(entries: readonly Saved[][], single: Buffer, many: Buffer): void {
    for (let first = 0; first < entries.length; first += 1000) {
      const batch = entries.slice(first, first + 1000);
      if (batch.length > 1) this.write(op.MARK);
      for (const item of batch.flat()) this.save(item);
      this.write(batch.length > 1 ? many : single);
    }
  }

  private ordered(value: Ordered): void {
    this.call(globalOf("collections", "OrderedDict"), []);
    this.put(value);
    this.batches([...value.items], op.SETITEM, op.bytes("u"));
    if (!value.metadata) return;
    this.save(new Map<string, Saved>([["_metadata", new Ordered(value.metadata, null)]]));
    this.write(op.BUILD);
  }

  private tensor(value: Tensor | Parameter): void {
    const hooks = new Ordered(new Map(), null);
    if (value instanceof Parameter) this.call(globalOf("torch._utils", "_rebuild_parameter"), [value.data, value.grad, hooks]);
    else this.call(globalOf("torch._utils", "_rebuild_tensor_v2"), [value.storage, value.offset, new Tuple(value.size), new Tuple(value.stride), value.grad, hooks]);
    this.put(value);
  }

  private storage({ dtype, key, numel }: Storage): void {
    this.save(new Tuple(["storage", globalOf("torch", `${CLASSES[dtype]}Storage`), key, this.location, numel]));
    this.write(op.PERSID);
  }

  private call(callee: Global, args: Saved[]): void {
    this.save(callee);
    this.save(new Tuple(args));
    this.write(op.REDUCE);
  }
}

function integer(value: number): Buffer {
  if (value >= 0 && value < 256) return op.bytes("K", value);
  if (value >= 0 && value < 65_536) return op.bytes("M", value & 255, value >> 8);
  return op.int(value);
}

/** n files, each of another kind and other numbers. */
export function* stateFiles(random: Random, n: number): Iterable<StateFile> {
  for (let i = 0; i < n; i++) yield stateFile(random, i);
}

function stateFile(random: Random, number: number): StateFile {
  const tensors = tensorsOf(random, random.integer(1, 9), DTYPES[number % DTYPES.length]);
  const names = [...tensors.keys()], shape = ["dict", "ordered dict", "state dict", "checkpoint"][Math.floor(number / DTYPES.length) % 4], version = VERSIONS[Math.floor(number / 4 / DTYPES.length) % VERSIONS.length];
  const metadata = new Map<string, Saved>(["", ...names.map((name) => name.split(".")[0])].map((name) => [name, new Map<string, Saved>([["version", random.integer(1, 3)]])]));
  const weights: Saved = shape === "dict" ? new Map<string, Saved>(tensors) : new Ordered(new Map<string, Saved>(tensors), shape === "ordered dict" ? null : metadata);
  const root: Saved = shape !== "checkpoint" ? weights : new Map<string, Saved>([
    ["model", weights], ["optimizer", new Map<string, Saved>([["state", new Map<number, Saved>([[0, new Map<string, Saved>([["step", new Float(3)], ["exp_avg", tensors.get(names[0])!]])]])], ["param_groups", [new Map<string, Saved>([["lr", new Float(0.01)], ["betas", new Tuple([new Float(0.9), new Float(0.999)])], ["params", [0, 1]]])]]])],
    ["epoch", random.integer(0, 100_000)], ["done", false], ["none", null],
  ]);
  const storages = new Map([...tensors.values()].map((tensor) => { const { storage } = tensor instanceof Parameter ? tensor.data : tensor; return [storage.key, storage]; }));
  const data = archive(version, Pickler.dump(root, random.choice(["cpu", "cpu", "cuda:0"])), [...storages.values()]);
  return { name: `good file ${number}: ${shape}, layout of torch ${version}`, data, ...(shape === "checkpoint" && { select: "model" }), tensors: new Map([...tensors].map(([name, tensor]) => [name, expected(tensor instanceof Parameter ? tensor.data : tensor)])) };
}

function tensorsOf(random: Random, count: number, first: Dtype): Map<string, Tensor | Parameter> {
  const tensors = new Map<string, Tensor | Parameter>(), storages: Storage[] = [];
  for (let i = 0; i < count; i++) {
    const rank = random.integer(0, 5), size = Array.from({ length: rank }, () => random.integer(random.integer(0, 9) ? 1 : 0, 6)), stride = strides(random, size);
    const last = size.includes(0) ? -1 : size.reduce((sum, length, k) => sum + (length - 1) * stride[k], 0), offset = random.integer(0, 3) ? 0 : random.integer(1, 8);
    const shared = storages.find(({ numel }) => offset + last < numel && random.integer(0, 3) === 0);
    const storage = shared ?? drawn(random, String(storages.length), i ? random.choice(DTYPES) : first, offset + last + 1 + random.integer(0, 3));
    if (!shared) storages.push(storage);
    const floats = storage.dtype.includes("F"), grad = floats && random.integer(0, 2) === 0, parameter = floats && random.integer(0, 3) === 0;
    const tensor: Tensor = { storage, offset: Math.min(offset, storage.numel), size, stride, grad: grad && !parameter };
    tensors.set(`layer${i}.${parameter ? "weight" : "buffer"}`, parameter ? new Parameter(tensor, grad) : tensor);
  }
  const [again] = tensors.values();
  if (random.integer(0, 3) === 0) tensors.set("tied.weight", again);
  return tensors;
}

// in C order, with axes in another order (transposed, channels last), steps, or repeated along an axis
function strides(random: Random, size: readonly number[]): number[] {
  const order = size.map((_, k) => k), kind = random.integer(0, 4), stride = new Array<number>(size.length).fill(1);
  if (kind === 1) order.sort(() => random.uniform() - 0.5);
  let step = kind === 2 ? 2 : 1;
  for (const axis of order.reverse()) {
    stride[axis] = step;
    step *= Math.max(size[axis], 1);
  }
  if (kind === 3 && size.length) stride[random.integer(0, size.length)] = 0;
  return stride;
}

function drawn(random: Random, key: string, dtype: Dtype, numel: number): Storage {
  const bytes = Buffer.from(Array.from({ length: numel * DTYPE_BYTES[dtype] }, () => random.integer(0, dtype === "BOOL" ? 2 : 256)));
  return { key, dtype, numel, bytes };
}

function expected({ storage: { dtype, bytes }, offset, size, stride }: Tensor): ExpectedTensor {
  const unit = DTYPE_BYTES[dtype], places = size.reduce<number[]>((from, length, k) => from.flatMap((at) => Array.from({ length }, (_, i) => at + i * stride[k])), [offset]);
  return { dtype, shape: size, bytes: Buffer.concat(places.map((at) => bytes.subarray(at * unit, (at + 1) * unit))) };
}

const VERSIONS = ["1.6", "2.1", "2.7"] as const;

// what else lies in the archive, by version; storages start at multiples of 64 bytes
function archive(version: (typeof VERSIONS)[number], pickle: Buffer, storages: readonly Storage[]): Buffer {
  const [data, byteorder, ...rest] = torchEntries(pickle, Object.fromEntries(storages.map(({ key, bytes }) => [key, bytes])));
  const text = (name: string, value: string): ArchiveEntry => ({ name: `archive/${name}`, data: Buffer.from(value) }), id = text(".data/serialization_id", "0".repeat(40));
  const entries = version === "1.6" ? [data, ...rest] : version === "2.1" ? [data, byteorder, ...rest, id] : [data, text(".format_version", "1"), text(".storage_alignment", "64"), byteorder, ...rest, id];
  let at = 0;
  return zip(entries.map((entry) => {
    const padding = 63 - ((at + 30 + entry.name.length + 4 + 63) % 64), extra = Buffer.concat([Buffer.of(0x46, 0x42, padding, 0), Buffer.alloc(padding, "Z")]);
    at += 30 + entry.name.length + extra.length + entry.data.length + 16;
    return { ...entry, local: { extra } };
  }));
}
