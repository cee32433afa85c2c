import assert from "node:assert/strict";
import { Random } from "zsq";
import { Refusal, type RefusalCode } from "zsq/dist/weights/format-error";
import { unpickle, type UnpickleOptions } from "zsq/dist/weights/torch/unpickle";
import { Dict, Float, List, TorchTensor, Tuple } from "zsq/dist/weights/torch/values";
import { importingPickles } from "../../../helpers/hostile-pickles";
import { ints, op, orderedDict, pickle, smallState, storage, tensor } from "../../../helpers/torch-archive";

const refused = (data: Uint8Array, codes?: RefusalCode | RegExp, options?: UnpickleOptions): void => {
  assert.throws(() => unpickle(data, options), (error) => {
    assert.ok(error instanceof Refusal, String((error as Error).stack));
    if (codes instanceof RegExp) assert.match(error.message, codes);
    else if (codes) assert.equal(error.code, codes, error.message);
    return true;
  });
};
const big = (value: bigint): Buffer => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(value);
  return b;
};

describe("unpickle", () => {
  it("reads data of every allowed kind", () => {
    const value = unpickle(pickle(op.dict(
      op.text("list"), op.EMPTY_LIST, op.int(-3), op.APPEND, op.MARK, op.NONE, op.TRUE, op.FALSE, op.APPENDS,
      op.text("long"), op.bytes(0x8a, 5, 0, 0, 0, 0, 1), op.text("small"), op.bytes("K", 200), op.text("two"), op.bytes("M", 1, 2),
      op.text("negative"), op.bytes(0x8a, 1, 0xff), op.text("zero"), op.bytes(0x8a, 0),
      op.text("float"), op.float(2.5), op.int(7), op.text("int key"), op.text("tuples"), op.bytes(op.int(1), op.TUPLE1, op.EMPTY_TUPLE, op.int(2), op.TUPLE3.subarray(0, 0), op.TUPLE2, op.TUPLE2),
    ))) as Dict;
    assert.deepEqual((value.entries.get("list") as List).items, [-3, null, true, false]);
    assert.deepEqual(["long", "small", "two", "negative", "zero", 7].map((key) => value.entries.get(key)), [2 ** 32, 200, 513, -1, 0, "int key"]);
    assert.equal((value.entries.get("float") as Float).value, 2.5);
    assert.deepEqual(value.entries.get("tuples"), new Tuple([new Tuple([1]), new Tuple([new Tuple([]), 2])]));
  });

  it("reads tensors, parameters, sizes, metadata and shared values", () => {
    const parameter = op.bytes(op.global("torch._utils", "_rebuild_parameter"), op.tuple(tensor(), op.TRUE, orderedDict), op.REDUCE);
    const size = op.bytes(op.global("torch", "Size"), op.bytes(ints(2, 3), op.TUPLE1), op.REDUCE);
    const value = unpickle(pickle(orderedDict, op.put(0), op.MARK, op.text("a"), tensor(), op.put(1), op.text("b"), op.get(1), op.text("p"), parameter, op.text("s"), size, op.SETITEMS,
      op.dict(op.text("_metadata"), op.dict()), op.BUILD)) as Dict;
    const a = value.entries.get("a") as TorchTensor;
    assert.deepEqual([a.offset, a.size, a.stride, a.storage.dtype, a.storage.numel], [0, [2, 3], [3, 1], "F32", 6]);
    assert.equal(value.entries.get("b"), a);
    assert.ok(value.entries.get("p") instanceof TorchTensor);
    assert.deepEqual(value.entries.get("s"), new Tuple([2, 3]));
    assert.ok(value.metadata instanceof Dict);
  });

  it("refuses every way to name code, in protocols 0 to 5", () => {
    let count = 0;
    for (const [what, data] of importingPickles()) {
      assert.throws(() => unpickle(data), Refusal, what);
      count++;
    }
    assert.ok(count > 2500, String(count));
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it("says which global and where", () => {
    refused(pickle(op.global("os", "system"), op.EMPTY_TUPLE, op.REDUCE), /^global "os system"; expected tensors, dicts, lists and numbers alone$/);
    assert.throws(() => unpickle(pickle(op.int(1), op.global("os", "system"))), (e) => e instanceof Refusal && e.place.offset === 7);
    refused(pickle(op.global("torch.nn.modules.linear", "Linear")), /expected a state dict; try torch\.save\(model\.state_dict\(\), path\)$/);
    refused(pickle(op.global("torch._utils", "_rebuild_qtensor")), /try saving \.dequantize/);
  });

  it("keeps names that plain objects have as data", () => {
    const value = unpickle(pickle(op.dict(op.text("__proto__"), op.dict(op.text("polluted"), op.TRUE), op.text("constructor"), op.int(1)))) as Dict;
    assert.deepEqual([...value.entries.keys()], ["__proto__", "constructor"]);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  // every opcode that takes something, on an empty stack
  const takers = { APPEND: op.APPEND, APPENDS: op.APPENDS, SETITEM: op.SETITEM, SETITEMS: op.SETITEMS, TUPLE: op.TUPLE, TUPLE1: op.TUPLE1, TUPLE2: op.TUPLE2, TUPLE3: op.TUPLE3, REDUCE: op.REDUCE, BUILD: op.BUILD,
    NEWOBJ: op.NEWOBJ, BINPERSID: op.PERSID, BINPUT: op.put(0), LONG_BINPUT: op.bytes("r", op.uint32(0)), BINGET: op.get(0), LONG_BINGET: op.bytes("j", op.uint32(0)), STOP: op.STOP };
  for (const [name, code] of Object.entries(takers)) it(`refuses ${name} of nothing`, () => refused(pickle(code), "stack"));

  it("refuses every truncation of a good pickle, and every opcode outside the list", () => {
    for (let length = 0; length < smallState.length; length++) refused(smallState.subarray(0, length));
    const allowed = new Set("()t]ae}suNJKMGXcqrhjQRb.".split("").map((c) => c.charCodeAt(0)).concat(0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a));
    for (let code = 0; code < 256; code++) if (!allowed.has(code)) refused(pickle(op.bytes(code, Buffer.alloc(16))), "pickle");
    assert.equal(allowed.size, 31); // 30 and NEWOBJ; PROTO comes before them
  });

  const call = (global: Uint8Array, ...args: Uint8Array[]): Buffer => op.bytes(global, op.tuple(...args), op.REDUCE);
  const deep = Buffer.concat([op.EMPTY_TUPLE, Buffer.alloc(20_000, 0x85)]);
  const laughs = (width: number, levels: number): Buffer => Buffer.concat([op.EMPTY_LIST, op.put(0), ...Array.from({ length: levels }, (_, i) => Buffer.concat([op.EMPTY_LIST, op.put(i + 1), op.MARK, ...Array.from({ length: width }, () => op.get(i)), op.APPENDS]))]);
  const lastOf = (levels: number): Buffer => Buffer.concat([Buffer.from("("), ...Array.from({ length: levels + 1 }, (_, i) => op.get(i)), Buffer.from("t"), op.TUPLE1]);
  const cases: [string, Uint8Array, RefusalCode][] = [
    ["nothing", Buffer.alloc(0), "truncated"], ["no PROTO", op.bytes(op.EMPTY_DICT, op.STOP), "pickle"], ["PROTO 3", op.bytes(0x80, 3, op.EMPTY_DICT, op.STOP), "pickle"], ["two PROTOs", pickle(op.PROTO, op.EMPTY_DICT), "pickle"],
    ["a second pickle", op.bytes(pickle(op.EMPTY_DICT), pickle(op.EMPTY_DICT)), "pickle"], ["bytes after STOP", op.bytes(pickle(op.EMPTY_DICT), 0), "pickle"],
    ["two values", pickle(op.EMPTY_DICT, op.EMPTY_DICT), "stack"], ["a MARK left over", pickle(op.EMPTY_DICT, op.MARK), "stack"], ["a MARK below", pickle(op.MARK, op.EMPTY_DICT), "stack"],
    ["memo written twice", pickle(op.EMPTY_DICT, op.put(0), op.put(0)), "stack"], ["memo that was not written", pickle(op.get(3)), "stack"], ["memo 2^32 - 1", pickle(op.bytes("j", op.uint32(0xffffffff))), "stack"], ["memo written at 2^32 - 1", pickle(op.EMPTY_DICT, op.bytes("r", op.uint32(0xffffffff))), "stack"],
    ["a key twice", pickle(op.dict(op.text("a"), op.NONE, op.text("a"), op.NONE)), "value"], ["a key without value", pickle(op.dict(op.text("a"))), "value"], ["a key that is a tuple", pickle(op.dict(op.EMPTY_TUPLE, op.NONE)), "value"],
    ["a key that is a float", pickle(op.dict(op.float(1), op.NONE)), "value"], ["SETITEM on a list", pickle(op.EMPTY_LIST, op.int(0), op.NONE, op.SETITEM), "value"], ["APPEND to a dict", pickle(op.EMPTY_DICT, op.NONE, op.APPEND), "value"],
    ["APPEND to a tensor", pickle(tensor(), op.NONE, op.APPEND), "value"], ["BUILD on a dict", pickle(op.EMPTY_DICT, op.dict(op.text("_metadata"), op.dict()), op.BUILD), "value"],
    ["BUILD of another attribute", pickle(orderedDict, op.dict(op.text("__class__"), op.dict()), op.BUILD), "value"], ["BUILD twice", pickle(orderedDict, op.dict(op.text("_metadata"), op.dict()), op.BUILD, op.dict(op.text("_metadata"), op.dict()), op.BUILD), "value"],
    ["BUILD on a tensor", pickle(tensor(), op.dict(op.text("_metadata"), op.dict()), op.BUILD), "value"], ["REDUCE of a text", pickle(op.text("os.system"), op.EMPTY_TUPLE, op.REDUCE), "value"], ["REDUCE of a tensor", pickle(tensor(), op.EMPTY_TUPLE, op.REDUCE), "value"],
    ["REDUCE of a storage class", pickle(op.global("torch", "FloatStorage"), op.int(9), op.TUPLE1, op.REDUCE), "value"], ["REDUCE with a list", pickle(op.global("collections", "OrderedDict"), op.EMPTY_LIST, op.REDUCE), "value"],
    ["OrderedDict of arguments", pickle(call(op.global("collections", "OrderedDict"), op.EMPTY_LIST)), "value"], ["NEWOBJ of OrderedDict", pickle(op.global("collections", "OrderedDict"), op.EMPTY_TUPLE, op.NEWOBJ), "value"],
    ["a parameter with hooks", pickle(call(op.global("torch._utils", "_rebuild_parameter"), tensor(), op.TRUE, op.dict(op.text("a"), op.NONE))), "value"], ["a parameter of a text", pickle(call(op.global("torch._utils", "_rebuild_parameter"), op.text("a"), op.TRUE, orderedDict)), "value"],
    ["a Size of texts", pickle(call(op.global("torch", "Size"), op.tuple(op.text("a")))), "value"], ["text that is not UTF-8", pickle(op.bytes("X", op.uint32(1), 0xff)), "value"],
    ["a text of 2^32 - 1 bytes", pickle(op.bytes("X", op.uint32(0xffffffff), "a")), "limit"], ["an integer of 9 bytes", pickle(op.bytes(0x8a, 9, Buffer.alloc(9))), "limit"], ["an integer of 2^53", pickle(op.bytes(0x8a, 8, big(2n ** 53n))), "value"],
    ["20,000 levels", pickle(deep), "limit"], ["laughs, 10 of 10", pickle(laughs(10, 10), lastOf(10)), "stack"], ["a list in itself", pickle(op.EMPTY_LIST, op.put(0), op.get(0), op.APPEND), "limit"],
    ["a dict in itself", pickle(op.EMPTY_DICT, op.put(0), op.text("a"), op.get(0), op.SETITEM), "limit"], ["1,000,000 MARKs", pickle(Buffer.alloc(1_000_000, 0x28)), "stack"],
    ["a persistent id that is a text", pickle(op.text("storage"), op.PERSID), "storage"], ["another tag", pickle(storage({ tag: op.text("module") })), "storage"], ["a class that is none", pickle(storage({ type: op.text("FloatStorage") })), "storage"],
    ["a sixth part", pickle(storage({ more: [op.NONE] })), "storage"], ["numel -1", pickle(storage({ numel: op.int(-1) })), "storage"], ["numel True", pickle(storage({ numel: op.TRUE })), "storage"], ["numel 6.0", pickle(storage({ numel: op.float(6) })), "storage"],
    ...["../version", "00", "1e1", "٣", "", "-1", "12345678", "0\n"].map((key): [string, Uint8Array, RefusalCode] => [`storage key ${JSON.stringify(key)}`, pickle(storage({ key: op.text(key) })), "storage"]),
    ["a tensor of a text", pickle(tensor({ of: op.text("x") })), "geometry"], ["offset -1", pickle(tensor({ offset: op.int(-1) })), "geometry"], ["offset 6", pickle(tensor({ offset: op.int(6) })), "geometry"], ["offset 1 of a full view", pickle(tensor({ offset: op.int(1) })), "geometry"],
    ["a size larger than the storage", pickle(tensor({ size: ints(3, 3) })), "geometry"], ["a negative size", pickle(tensor({ size: ints(-2, 3) })), "geometry"], ["a negative stride", pickle(tensor({ stride: ints(-3, 1) })), "geometry"], ["a stride beyond the storage", pickle(tensor({ stride: ints(4, 1) })), "geometry"],
    ["more strides than sizes", pickle(tensor({ stride: ints(3, 1, 1) })), "geometry"], ["a list as size", pickle(tensor({ size: op.EMPTY_LIST })), "geometry"], ["a float in size", pickle(tensor({ size: op.tuple(op.float(2), op.int(3)) })), "geometry"], ["a product beyond 2^53", pickle(tensor({ size: ints(2 ** 30, 2 ** 30), stride: ints(0, 0) })), "geometry"],
    ["rank 9", pickle(tensor({ size: ints(1, 1, 1, 1, 1, 1, 1, 1, 1), stride: ints(1, 1, 1, 1, 1, 1, 1, 1, 1) })), "limit"], ["hooks", pickle(tensor({ hooks: op.dict(op.text("a"), op.NONE) })), "geometry"], ["metadata of a tensor", pickle(tensor({ more: [op.dict(op.text("conj"), op.TRUE)] })), "geometry"],
    ["five arguments", pickle(op.bytes(op.global("torch._utils", "_rebuild_tensor_v2"), op.tuple(storage(), op.int(0), ints(2, 3), ints(3, 1), op.FALSE), op.REDUCE)), "geometry"], ["requires_grad 1", pickle(tensor({ grad: op.int(1) })), "geometry"],
  ];
  for (const [what, data, code] of cases) it(`refuses ${what}`, () => refused(data, code));

  it("refuses a result that grows by sharing, but not sharing itself", () => {
    const nested = (width: number, levels: number): Buffer => {
      // each level is a tuple of `width` references to the one before
      const parts: Buffer[] = [op.bytes(op.EMPTY_TUPLE, op.put(0))];
      for (let i = 0; i < levels; i++) parts.push(op.bytes(op.MARK, ...Array.from({ length: width }, () => op.get(i)), op.TUPLE, op.put(i + 1)));
      return pickle(...parts.slice(0, -1).map((part) => op.bytes(part)), parts[parts.length - 1], op.bytes("(", ...Array.from({ length: levels }, () => op.NONE), "t"), ...Array.from({ length: levels + 1 }, () => op.TUPLE2));
    };
    refused(nested(10, 10), "limit");
    refused(nested(2, 30), "limit");
    assert.ok(unpickle(nested(3, 3)) instanceof Tuple);
  });

  it("names the limit that was hit", () => {
    refused(smallState, /more than 10 opcodes; .*\(option limits\.opcodes\)/, { limits: { opcodes: 10 } });
    refused(smallState, /more than 20 pickleBytes/, { limits: { pickleBytes: 20 } });
    refused(pickle(op.EMPTY_DICT, op.put(0), op.put(1)), /more than 1 memo/, { limits: { memo: 1 } });
    refused(smallState, /more than 1 nodes/, { limits: { nodes: 1 } });
    refused(smallState, /more than 1 depth/, { limits: { depth: 1 } });
    refused(smallState, /more than 4 stringBytes/, { limits: { stringBytes: 4 } });
  });

  it("meets 5,000 damaged pickles with a Refusal or a value", () => {
    const random = new Random(11);
    for (let i = 0; i < 5000; i++) {
      const data = Buffer.from(smallState.subarray(0, random.uniform() < 0.1 ? random.integer(0, smallState.length) : smallState.length));
      for (let k = random.integer(0, 4); k >= 0 && data.length; k--) data[random.integer(0, data.length)] = random.integer(0, 256);
      try {
        unpickle(data);
      } catch (error) {
        assert.ok(error instanceof Refusal, String((error as Error).stack));
      }
    }
  });
});
