import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FormatError, openTorch, Random, type OpenTorchOptions, type RefusalCode } from "zsq";
import { readFixture } from "../../../helpers/fixture";
import { suiteFolder } from "../../../helpers/suite-folder";
import { ints, op, orderedDict, pickle, smallState, storage, tensor, torchEntries, zip, type ArchiveEntry } from "../../../helpers/torch-archive";

interface GoodFile { name: string; select: string | null; integrity: string; file: string; tensors: Record<string, { dtype: string; shape: number[]; hex: string }> }

const good = readFixture<{ cases: GoodFile[] }>("zsq", "torch", "good.json").cases;
const opaque = ["argparse Namespace"] as const;

describe("openTorch", () => {
  const folder = suiteFolder(), path = join(folder, "a.pth");
  const load = (data: Uint8Array, options?: OpenTorchOptions): Map<string, string> => {
    writeFileSync(path, data);
    const file = openTorch(path, options);
    try {
      return new Map([...file.tensors].map(([name, { dtype, shape }]) => [name, `${dtype} ${JSON.stringify(shape)} ${Buffer.from(file.read(name).bytes).toString("hex")}`]));
    } finally {
      file.close();
    }
  };
  const refused = (data: Uint8Array, code: RefusalCode, message: RegExp, options?: OpenTorchOptions): void => {
    assert.throws(() => load(data, options), (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.match(error.message, /^openTorch: (damaged|unsupported) .*; expected .*$/);
      return true;
    });
  };

  for (const { name, select, integrity, file, tensors } of good) {
    it(`reads ${name}, bit for bit`, () => {
      const got = load(Buffer.from(file, "base64"), { select: select ?? undefined, opaque });
      assert.deepEqual(got, new Map(Object.entries(tensors).map(([key, { dtype, shape, hex }]) => [key, `${dtype} ${JSON.stringify(shape)} ${hex}`])));
      const open = openTorch(path, { select: select ?? undefined, opaque });
      open.close();
      assert.equal(open.integrity, integrity);
    });
  }

  it("reads the twin of what follows", () => {
    assert.deepEqual([...load(zip(torchEntries(smallState)))], [["a", "F32 [2,3] 0000803f0000004000004040000080400000a0400000c040"]]);
  });

  it("gathers a large transposed tensor from pieces", () => {
    const [rows, columns] = [1100, 4100], values = Float32Array.from({ length: rows * columns }, (_, i) => i);
    const state = pickle(op.dict(op.text("a"), tensor({ of: storage({ numel: op.int(values.length) }), size: ints(columns, rows), stride: ints(1, columns) })));
    writeFileSync(path, zip(torchEntries(state, { 0: new Uint8Array(values.buffer) })));
    const file = openTorch(path), { bytes } = file.read("a"), got = new Float32Array(bytes.buffer);
    file.close();
    for (let i = 0; i < got.length; i++) if (got[i] !== (i % rows) * columns + Math.floor(i / rows)) assert.fail(`element ${i}: ${got[i]}`);
  });

  it("refuses 1,500 of 1,500 flipped bits in tensor data", () => {
    const data = zip(torchEntries(smallState)), random = new Random(1), start = data.indexOf(Buffer.from(Float32Array.of(1, 2, 3).buffer));
    for (let i = 0; i < 1500; i++) {
      const copy = Buffer.from(data);
      copy[start + random.integer(0, 24)] ^= 1 << random.integer(0, 8);
      refused(copy, "crc", /\(archive\/data\/0\): CRC-32 0x[0-9a-f]+; expected 0x[0-9a-f]+$/);
    }
  });

  it("names a missing file, a folder and one that was closed", () => {
    assert.throws(() => openTorch(join(folder, "none")), (e) => e instanceof FormatError && e.code === "missing");
    assert.throws(() => openTorch(folder), (e) => e instanceof FormatError && e.code === "io");
    writeFileSync(path, zip(torchEntries(smallState)));
    const file = openTorch(path);
    assert.throws(() => file.read("b"), /^Error: openTorch: unknown tensor of .*: b; expected one of 1 names/);
    file.close();
    file.close();
    assert.throws(() => file.read("a"), /^Error: openTorch: unknown tensor/);
  });

  const entry = (name: string, data = ""): ArchiveEntry => ({ name, data: Buffer.from(data) });
  const layouts: [string, Uint8Array, RegExp][] = [
    ["an empty file", Buffer.alloc(0), /no zip archive; expected a zip archive; try torch\.save/],
    ["a legacy file", Buffer.from([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]), /torch's layout before 1\.6; .*try torch\.save\(torch\.load/],
    ["a tar archive", Buffer.concat([Buffer.alloc(257), Buffer.from("ustar"), Buffer.alloc(250)]), /a tar archive; .*try torch\.save/],
    ["a bare pickle", smallState, /no zip archive/],
    ["a TorchScript archive", zip([...torchEntries(smallState), entry("archive/constants.pkl")]), /a TorchScript archive; .*try torch\.save\(model\.state_dict/],
    ["an unknown entry", zip([...torchEntries(smallState), entry("archive/extra/x")]), /\(archive\/extra\/x\): an unknown entry/],
    ["two folders", zip([...torchEntries(smallState), entry("other/data.pkl")]), /\(other\/data\.pkl\): an unknown entry/],
    ["no folder", zip([entry("data.pkl")]), /entry "data\.pkl"; expected a folder/],
    ["no data.pkl", zip(torchEntries(smallState).slice(1)), /\(archive\/data\.pkl\): no such entry/],
    ["no version", zip(torchEntries(smallState).slice(0, 3)), /\(archive\/version\): no such entry/],
    ["big-endian numbers", zip(torchEntries(smallState).map((e) => (e.name === "archive/byteorder" ? entry(e.name, "big") : e))), /another byte order; expected little/],
  ];
  for (const [what, data, message] of layouts) it(`refuses ${what}`, () => refused(data, "layout", message));

  const states: [string, Uint8Array, RefusalCode, RegExp, Record<string, Uint8Array>?][] = [
    ["a storage without an entry", pickle(op.dict(op.text("a"), tensor({ of: storage({ key: op.text("1") }) }))), "storage", /storage 1 without an entry; expected 24 bytes/],
    ["a storage of another size", pickle(op.dict(op.text("a"), tensor({ of: storage({ numel: op.int(7) }) }))), "storage", /24 bytes; expected 28 for 7 F32/],
    ["a storage with two types", pickle(op.dict(op.text("a"), tensor(), op.text("b"), tensor({ of: storage({ type: op.global("torch", "IntStorage") }) }))), "storage", /storage 0 as 6 F32 and 6 I32/],
    ["an entry that no tensor uses", smallState, "storage", /\(archive\/data\/1\): an entry that no tensor uses/, { 0: Buffer.alloc(24), 1: Buffer.alloc(4) }],
    ["a tensor blown up from a small storage", pickle(op.dict(op.text("a"), tensor({ size: ints(2000, 6000), stride: ints(0, 0) }))), "limit", /tensors of 48000000 bytes from 24 stored/],
    ["something else than a dict", pickle(op.EMPTY_LIST), "value", /the top is a List; expected a dict of tensors/, {}],
    ["a tensor that is not named", pickle(op.dict(op.int(1), tensor())), "value", /1 is a TorchTensor; expected tensors by name/],
    ["other values among the tensors, with a hint", pickle(op.dict(op.text("model"), op.dict(op.text("a"), tensor()), op.text("epoch"), op.int(1))), "value", /"model" is a Dict; expected tensors by name; try select: "model"/],
  ];
  for (const [what, data, code, message, storages] of states) it(`refuses ${what}`, () => refused(zip(torchEntries(data, storages)), code, message));

  it("refuses a key that is not there, and a pickle larger than the limit", () => {
    refused(zip(torchEntries(smallState)), "value", /key "model" is nothing; expected a dict of tensors/, { select: "model" });
    refused(zip(torchEntries(smallState)), "limit", /\(archive\/data\.pkl\): \d+ bytes; expected at most 10 \(option limits\.pickleBytes\)/, { limits: { pickleBytes: 10 } });
  });

  it("counts the storages of closed objects among those that are used", () => {
    const args = op.bytes(op.global("argparse", "Namespace"), op.EMPTY_TUPLE, op.NEWOBJ, op.dict(op.text("x"), tensor()), op.BUILD);
    const data = zip(torchEntries(pickle(op.dict(op.text("model"), orderedDict, op.text("args"), args))));
    assert.equal(load(data, { select: "model", opaque }).size, 0);
    refused(data, "global", /global "argparse Namespace"; expected tensors alone; try select/, { select: "model" });
  });

  it("meets 3,000 damaged files with a FormatError or the tensors of the file", () => {
    const random = new Random(5), files = good.filter(({ file, integrity }) => file.length < 6000 && integrity === "checked").map(({ file, select, tensors }) => ({ whole: Buffer.from(file, "base64"), select, tensors }));
    let accepted = 0;
    for (let i = 0; i < 3000; i++) {
      const { whole, select, tensors } = files[i % files.length], data = Buffer.from(whole.subarray(0, random.uniform() < 0.2 ? random.integer(0, whole.length) : whole.length));
      for (let k = random.integer(0, 3); k >= 0 && data.length; k--) data[random.integer(0, data.length)] = random.integer(0, 256);
      try {
        const got = load(data, { select: select ?? undefined, opaque });
        assert.deepEqual(got, new Map(Object.entries(tensors).map(([key, { dtype, shape, hex }]) => [key, `${dtype} ${JSON.stringify(shape)} ${hex}`])));
        accepted++;
      } catch (error) {
        assert.ok(error instanceof FormatError, String((error as Error).stack));
      }
    }
    assert.ok(accepted < 600, `${accepted} accepted`);
  });
});
