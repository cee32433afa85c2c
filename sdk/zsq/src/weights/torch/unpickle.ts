import { Refusal, type RefusalCode } from "../format-error";
import { globalMarker, type OpaqueClass } from "./globals";
import { reduce, storageOf } from "./rebuild";
import { describe, Dict, Float, List, Opaque, Tuple, type Value } from "./values";

/** Bounds on a pickle; each that is hit is named in the error. */
export interface PickleLimits {
  /** bytes of data.pkl */
  pickleBytes: number;
  opcodes: number;
  memo: number;
  /** bytes of a string */
  stringBytes: number;
  /** nesting of the result */
  depth: number;
  /** values in the result, shared ones counted each time */
  nodes: number;
}

export const PICKLE_LIMITS: Readonly<PickleLimits> = { pickleBytes: 16 << 20, opcodes: 2_000_000, memo: 1_000_000, stringBytes: 1 << 16, depth: 64, nodes: 1_000_000 };

/** See unpickle. */
export interface UnpickleOptions {
  limits?: Partial<PickleLimits>;
  /** classes whose objects may occur, closed; default none */
  opaque?: readonly OpaqueClass[];
}

/**
 * The value of a pickle as torch.save writes it: protocol 2, 31 of its opcodes, and globals that are mere names of what we do
 * ourselves. Nothing is imported, looked up or called.
 *
 * Throws a Refusal with the byte where the pickle stops being one of tensors in dicts, lists and tuples.
 *
 * Source: CPython's pickletools; the rules go beyond torch's weights_only: no key twice, no cycle, no second pickle, no rest.
 */
export function unpickle(bytes: Uint8Array, { limits, opaque = [] }: UnpickleOptions = {}): Value {
  return new Unpickler(bytes, { ...PICKLE_LIMITS, ...limits }, opaque).run();
}

class Unpickler {
  private readonly view: DataView;
  private at = 0;
  private start = 0; // of the opcode at work
  private stack: Value[] = [];
  private readonly marks: Value[][] = [];
  private readonly memo = new Map<number, Value>();

  constructor(private readonly bytes: Uint8Array, private readonly limits: PickleLimits, private readonly opaque: readonly OpaqueClass[]) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Value {
    this.within("pickleBytes", this.bytes.length);
    if (this.take(1) !== 0x80) this.fail("pickle", `opcode ${this.bytes[0]}; expected PROTO`, 0);
    const protocol = this.u8();
    if (protocol !== 2) this.fail("pickle", `protocol ${protocol}; expected 2, torch.save's default`, 0);
    for (let count = 0; ; count++) {
      this.within("opcodes", count);
      this.start = this.at;
      const opcode = this.u8();
      if (opcode === 0x2e) return this.stop();
      this.execute(opcode);
    }
  }

  private execute(opcode: number): void {
    switch (opcode) {
      case 0x28: this.marks.push(this.stack); this.stack = []; break; // MARK
      case 0x29: this.push(new Tuple([])); break; // EMPTY_TUPLE
      case 0x85: this.push(new Tuple(this.popMany(1))); break; // TUPLE1
      case 0x86: this.push(new Tuple(this.popMany(2))); break; // TUPLE2
      case 0x87: this.push(new Tuple(this.popMany(3))); break; // TUPLE3
      case 0x74: this.push(new Tuple(this.popMark())); break; // TUPLE
      case 0x5d: this.push(new List()); break; // EMPTY_LIST
      case 0x61: this.append(this.popMany(1)); break; // APPEND
      case 0x65: this.append(this.popMark()); break; // APPENDS
      case 0x7d: this.push(new Dict(false)); break; // EMPTY_DICT
      case 0x73: this.setItems(this.popMany(2)); break; // SETITEM
      case 0x75: this.setItems(this.popMark()); break; // SETITEMS
      case 0x4e: this.push(null); break; // NONE
      case 0x88: this.push(true); break; // NEWTRUE
      case 0x89: this.push(false); break; // NEWFALSE
      case 0x4a: this.push(this.view.getInt32(this.skip(4), true)); break; // BININT
      case 0x4b: this.push(this.u8()); break; // BININT1
      case 0x4d: this.push(this.view.getUint16(this.skip(2), true)); break; // BININT2
      case 0x8a: this.push(this.long1()); break; // LONG1
      case 0x47: this.push(new Float(this.view.getFloat64(this.skip(8), false))); break; // BINFLOAT
      case 0x58: this.push(this.unicode()); break; // BINUNICODE
      case 0x63: this.push(globalMarker(this.line(), this.line(), this.opaque, this.start)); break; // GLOBAL
      case 0x71: this.put(this.u8()); break; // BINPUT
      case 0x72: this.put(this.view.getUint32(this.skip(4), true)); break; // LONG_BINPUT
      case 0x68: this.get(this.u8()); break; // BINGET
      case 0x6a: this.get(this.view.getUint32(this.skip(4), true)); break; // LONG_BINGET
      case 0x51: this.push(storageOf(this.popMany(1)[0], this.start)); break; // BINPERSID
      case 0x52: this.reduce(); break; // REDUCE
      case 0x81: this.newObject(); break; // NEWOBJ
      case 0x62: this.build(); break; // BUILD
      default: this.fail("pickle", `opcode 0x${opcode.toString(16).padStart(2, "0")}; expected one that torch.save writes`);
    }
  }

  private reduce(): void {
    const [callee, args] = this.popMany(2);
    this.push(reduce(callee, args, this.start));
  }

  private newObject(): void {
    const [callee, args] = this.popMany(2);
    const opaque = typeof callee === "object" && callee !== null && "role" in callee && callee.role === "opaque" ? callee : null;
    if (!opaque || !(args instanceof Tuple) || args.items.length) this.fail("value", `NEWOBJ of ${describe(callee)}; expected an allowed class without arguments`);
    this.push(new Opaque(opaque!.name));
  }

  private build(): void {
    const [state] = this.popMany(1), target = this.top();
    if (target instanceof Opaque) {
      target.state = state;
      return;
    }
    const metadata = state instanceof Dict ? state.entries.get("_metadata") : undefined;
    if (!(target instanceof Dict) || !target.ordered || target.metadata || !(state instanceof Dict) || state.entries.size !== 1 || !(metadata instanceof Dict)) {
      this.fail("value", `BUILD of ${describe(target)} with ${describe(state)}; expected the _metadata of an OrderedDict`);
    }
    (target as Dict).metadata = metadata as Dict;
  }

  private append(items: Value[]): void {
    const target = this.top();
    if (!(target instanceof List)) this.fail("value", `APPEND to ${describe(target)}; expected a list`);
    for (const item of items) (target as List).items.push(item);
  }

  private setItems(items: Value[]): void {
    const target = this.top();
    if (!(target instanceof Dict) || items.length % 2) this.fail("value", `SETITEMS of ${items.length} values on ${describe(target)}; expected pairs on a dict`);
    const { entries } = target as Dict;
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== "string" && typeof key !== "number") this.fail("value", `key that is ${describe(key)}; expected a string or an integer`);
      if (entries.has(key as string)) this.fail("value", `key ${JSON.stringify(key).slice(0, 120)} twice; expected each once`);
      entries.set(key as string, items[i + 1]);
    }
  }

  private put(index: number): void {
    if (this.memo.has(index)) this.fail("stack", `memo ${index} written twice; expected once`);
    if (index >= this.bytes.length) this.fail("stack", `memo ${index}; expected one for each of ${this.bytes.length} bytes at most`); // Python would make a table of that size
    this.within("memo", this.memo.size + 1);
    this.memo.set(index, this.top());
  }

  private get(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) this.fail("stack", `memo ${index} read before it is written; expected the other order`);
    this.push(value as Value);
  }

  private stop(): Value {
    if (this.stack.length !== 1 || this.marks.length) this.fail("stack", `STOP with ${this.stack.length} values and ${this.marks.length} marks; expected 1 and 0`);
    if (this.at !== this.bytes.length) this.fail("pickle", `${this.bytes.length - this.at} bytes after STOP; expected none`);
    this.nodes = 0;
    this.measure(this.stack[0], 1);
    return this.stack[0];
  }

  private nodes = 0;

  // Walks the result: a cycle is deeper than any limit.
  private measure(value: Value, depth: number): void {
    this.within("nodes", ++this.nodes);
    this.within("depth", depth);
    if (value instanceof Tuple || value instanceof List) for (const item of value.items) this.measure(item, depth + 1);
    else if (value instanceof Opaque) this.measure(value.state, depth + 1);
    else if (value instanceof Dict) {
      for (const item of value.entries.values()) this.measure(item, depth + 1);
      if (value.metadata) this.measure(value.metadata, depth + 1);
    }
  }

  private push(value: Value): void {
    this.stack.push(value);
  }

  private top(): Value {
    if (!this.stack.length) this.fail("stack", "empty stack; expected a value");
    return this.stack[this.stack.length - 1];
  }

  private popMany(count: number): Value[] {
    if (this.stack.length < count) this.fail("stack", `${this.stack.length} values on the stack; expected at least ${count}`);
    return this.stack.splice(this.stack.length - count, count);
  }

  private popMark(): Value[] {
    const items = this.stack, outer = this.marks.pop();
    if (!outer) this.fail("stack", "no MARK; expected one");
    this.stack = outer as Value[];
    return items;
  }

  // the place of the next `count` bytes, which are passed
  private skip(count: number): number {
    if (this.at + count > this.bytes.length) this.fail("truncated", `end of the pickle; expected ${count} more bytes`);
    this.at += count;
    return this.at - count;
  }

  private take(count: number): number {
    return this.bytes[this.skip(count)];
  }

  private u8(): number {
    return this.take(1);
  }

  private long1(): number {
    const count = this.u8(), from = this.skip(count);
    this.within8(count);
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[from + i]);
    const signed = Number(BigInt.asIntN(8 * count, value));
    if (!Number.isSafeInteger(signed)) this.fail("value", "an integer beyond 2^53; expected a smaller one");
    return signed;
  }

  private within8(count: number): void {
    if (count > 8) throw new Refusal("limit", `integer of ${count} bytes; expected at most 8`, { offset: this.start, limit: 8 });
  }

  private unicode(): string {
    const length = this.view.getUint32(this.skip(4), true);
    this.within("stringBytes", length);
    return this.decode(this.skip(length), length);
  }

  // text up to the end of the line
  private line(): string {
    const from = this.at, end = this.bytes.indexOf(0x0a, from);
    if (end < 0) this.fail("truncated", "no end of line; expected a module or name");
    this.within("stringBytes", end - from);
    this.at = end + 1;
    return this.decode(from, end - from);
  }

  private decode(from: number, length: number): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.bytes.subarray(from, from + length));
    } catch {
      return this.fail("value", "a string that is not UTF-8; expected text");
    }
  }

  private within(name: keyof PickleLimits, value: number): void {
    if (value > this.limits[name]) throw new Refusal("limit", `more than ${this.limits[name]} ${name}; expected a state dict (option limits.${name})`, { offset: this.start, limit: this.limits[name] });
  }

  private fail(code: RefusalCode, message: string, offset = this.start): never {
    throw new Refusal(code, message, { offset });
  }
}
