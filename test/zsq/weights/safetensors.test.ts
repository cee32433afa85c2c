import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FormatError, openSafetensors, Random, readSafetensors, writeSafetensors, writeTensors, type Dtype, type NamedArray, type TensorInfo } from "zsq";
import { DTYPE_BYTES, elements } from "zsq/dist/weights/dtype";
import { suiteFolder } from "../../helpers/suite-folder";

const array = (shape: number[], ...values: number[]): NamedArray => ({ shape, data: Float32Array.from(values) });
const entry = (begin: number, end: number, shape: unknown = [(end - begin) / 4], more: object = {}): object => ({ dtype: "F32", shape, data_offsets: [begin, end], ...more });

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength).slice();

describe("safetensors", () => {
  const folder = suiteFolder(), path = join(folder, "a.safetensors");
  // a file by hand: header text or bytes, number of data bytes, stated header length
  const read = (header: unknown, dataBytes = 0, length?: bigint): ReturnType<typeof readSafetensors> => {
    const bytes = header instanceof Uint8Array ? header : Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(length ?? BigInt(bytes.length));
    writeFileSync(path, Buffer.concat([start, bytes, Buffer.alloc(dataBytes)]));
    return readSafetensors(path);
  };
  const refuses = (what: string, reason: string, header: unknown, dataBytes?: number, length?: bigint): void => {
    it(`refuses ${what}`, () => assert.throws(() => read(header, dataBytes, length), { message: `readSafetensors: damaged ${path}: ${reason}` }));
  };

  it("reads what it wrote, bit for bit", () => {
    const tensors = new Map([["b", array([2, 2], 1.5, -0, Infinity, NaN)], ["ä/__proto__\"", array([], 3)], ["a", array([0, 7])], ["__proto__", array([1], 1e-45)]]);
    const metadata = new Map([["config", '{"x": 1}'], ["__proto__", ""]]);
    writeSafetensors(path, tensors, metadata);
    const got = readSafetensors(path);
    assert.deepEqual(got.metadata, new Map([...metadata].sort()));
    assert.deepEqual([...got.tensors.keys()].sort(), [...tensors.keys()].sort());
    for (const [name, { shape, data }] of tensors) {
      assert.deepEqual(got.tensors.get(name)!.shape, shape);
      assert.deepEqual(bytesOf(got.tensors.get(name)!.data), bytesOf(data));
    }
  });

  it("writes the same bytes whatever the order, the header a multiple of 8 bytes", () => {
    const tensors = new Map([["b", array([1], 1)], ["a", array([2], 2, 3)]]), metadata = new Map([["y", "1"], ["x", "2"]]);
    writeSafetensors(path, tensors, metadata);
    const first = readFileSync(path);
    assert.equal(Number(first.readBigUInt64LE()) % 8, 0);
    assert.match(first.toString("latin1", 8), /^\{"__metadata__":\{"x":"2","y":"1"\},"a":\{"dtype":"F32","shape":\[2\],"data_offsets":\[0,8\]\},"b":/);
    writeSafetensors(path, new Map([...tensors].reverse()), new Map([...metadata].reverse()));
    assert.deepEqual(readFileSync(path), first);
    assert.deepEqual(readdirSync(folder), ["a.safetensors"]);
  });

  it("writes the part of a larger buffer that an array shows", () => {
    writeSafetensors(path, new Map([["a", { shape: [1], data: Float32Array.of(1, 2, 3).subarray(1, 2) }]]));
    assert.deepEqual([...readSafetensors(path).tensors.get("a")!.data], [2]);
  });

  it("reads tensors in any order of names, unaligned, and of no elements", () => {
    const { tensors, metadata } = read(`${JSON.stringify({ b: entry(4, 8), a: entry(0, 4), e: entry(4, 4, [0, 3]), s: entry(8, 12, []) })} `, 12);
    assert.deepEqual([[...tensors.keys()], metadata.size], [["a", "e", "b", "s"], 0]);
  });

  it("reads an empty file of tensors", () => assert.equal(read("{}").tensors.size, 0));

  it("reads 100,000 tensors", () => {
    const entries = Array.from({ length: 100_000 }, (_, i) => [`layer.${i}`, entry(4 * i, 4 * i + 4)]);
    assert.equal(read(Object.fromEntries(entries), 400_000).tensors.size, 100_000);
  });

  refuses("a header longer than the file", "8 bytes; expected at least 9", "", 0, 1n);
  refuses("a header longer than 100 MB", "header of 9223372036854775808 bytes; expected at most 100000000", "{}", 0, 2n ** 63n);
  refuses("an empty header", 'header that starts with ""; expected {', "");
  refuses("a header that is a list", 'header that starts with "["; expected {', "[]");
  refuses("a byte-order mark", 'header that starts with " "; expected {', "\ufeff{}");
  refuses("a header that is not UTF-8", "header that is not UTF-8; expected JSON", Uint8Array.of(0x7b, 0xff, 0x7d));
  refuses("text after the header", 'header with "\\u0000" at character 2; expected the end', "{}\0");
  refuses("a name twice", 'header with "\\"" at character 54; expected a key that has not occurred before', `{"a":${JSON.stringify(entry(0, 4))},"\\u0061":${JSON.stringify(entry(0, 4))}}`, 4);
  refuses("deep nesting", 'header with "[" at character 15; expected at most 3 levels', '{"a":{"shape":[[1]]}}');
  refuses("a key too many", "tensor a with other keys; expected data_offsets, dtype, shape", { a: entry(0, 4, [1], { strides: [1] }) }, 4);
  refuses("a key too few", "tensor a with other keys; expected data_offsets, dtype, shape", { a: { dtype: "F32", shape: [1] } }, 4);
  refuses("a tensor that is no object", "tensor a with other keys; expected data_offsets, dtype, shape", { a: 3 });
  refuses("another dtype, by name", "tensor a with unsupported dtype BF16; expected F32", { a: entry(0, 4, [2], { dtype: "BF16" }) }, 4);
  refuses("a dtype that does not exist", "tensor a with unsupported dtype F31; expected one of BOOL U8 I8 F8_E4M3 F8_E5M2 I16 U16 F16 BF16 I32 U32 F32 I64 U64 F64", { a: entry(0, 4, [2], { dtype: "F31" }) }, 4);
  refuses("a dtype of a plain object", "tensor a with unsupported dtype toString; expected one of BOOL U8 I8 F8_E4M3 F8_E5M2 I16 U16 F16 BF16 I32 U32 F32 I64 U64 F64", { a: entry(0, 4, [2], { dtype: "toString" }) }, 4);
  refuses("a dtype that is no string", "tensor a with unsupported dtype that is no string; expected one of BOOL U8 I8 F8_E4M3 F8_E5M2 I16 U16 F16 BF16 I32 U32 F32 I64 U64 F64", { a: entry(0, 4, [1], { dtype: 1 }) }, 4);
  refuses("a shape that is no list", "tensor a with an invalid shape; expected a list of integers", { a: entry(0, 4, 1) }, 4);
  refuses("a shape of texts", "tensor a with an invalid shape; expected a list of integers", { a: entry(0, 4, ["1"]) }, 4);
  refuses("three offsets", "tensor a with invalid data_offsets; expected [begin, end]", { a: entry(0, 4, [1], { data_offsets: [0, 4, 4] }) }, 4);
  refuses("offsets that fall", "tensor a with invalid data_offsets; expected [begin, end]", { a: entry(4, 0, [1]) }, 4);
  refuses("a shape larger than its bytes", "tensor a with shape [2] in 4 bytes; expected 4 bytes per element", { a: entry(0, 4, [2]) }, 4);
  refuses("a shape whose product overflows", "tensor a with shape [4294967296,4294967296,4294967296] in 4 bytes; expected 4 bytes per element", { a: entry(0, 4, [2 ** 32, 2 ** 32, 2 ** 32]) }, 4);
  refuses("bytes for a tensor without elements", "tensor a with shape [0] in 4 bytes; expected 4 bytes per element", { a: entry(0, 4, [0]) }, 4);
  refuses("a gap", "tensor b at byte 8; expected 4, without gap or overlap", { a: entry(0, 4), b: entry(8, 12) }, 12);
  refuses("a gap at the start", "tensor a at byte 4; expected 0, without gap or overlap", { a: entry(4, 8) }, 8);
  refuses("an overlap", "tensor b at byte 4; expected 8, without gap or overlap", { a: entry(0, 8), b: entry(4, 8) }, 8);
  refuses("bytes left over", "8 bytes of data; expected 4", { a: entry(0, 4) }, 8);
  refuses("bytes missing", "3 bytes of data; expected 4", { a: entry(0, 4) }, 3);
  refuses("metadata of numbers", "__metadata__ that is not made of strings; expected strings by name", { __metadata__: { x: 1 } });
  refuses("metadata that is a text", "__metadata__ that is not made of strings; expected strings by name", { __metadata__: "x" });

  it("opens tensors of every dtype one at a time, wider ones first, bit for bit", () => {
    const infos = new Map(Object.keys(DTYPE_BYTES).map((dtype, i): [string, TensorInfo] => [`t${i}`, { dtype: dtype as Dtype, shape: [i % 3, 2] }]));
    const bytes = new Map([...infos].map(([name, { dtype, shape }], i) => [name, Uint8Array.from({ length: elements(shape) * DTYPE_BYTES[dtype] }, (_, k) => 37 * k + i)]));
    writeTensors(path, infos, (name) => bytes.get(name)!, new Map([["a", "b"]]));
    const file = openSafetensors(path);
    assert.deepEqual(new Map([...file.tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }])).get("t5"), infos.get("t5"));
    for (const [name, { dtype, shape }] of infos) assert.deepEqual(file.read(name), { dtype, shape, bytes: bytes.get(name) });
    assert.deepEqual([[...file.metadata], file.integrity, [...file.tensors.values()][0].dtype], [[["a", "b"]], "unchecked", "I64"]);
    assert.throws(() => file.read("none"), /^Error: openSafetensors: unknown tensor of .*: none; expected one of 15 names of an open file$/);
    file.close();
    file.close();
    assert.throws(() => file.read("t5"), /^Error: openSafetensors: unknown tensor/);
  });

  it("leaves no file when a tensor has other bytes than its shape", () => {
    const other = join(folder, "b.safetensors");
    assert.throws(() => writeTensors(other, new Map([["a", { dtype: "F64", shape: [2] }]]), () => new Uint8Array(8)), /invalid bytes of a: 8; expected 16/);
    assert.ok(!readdirSync(folder).includes("b.safetensors"));
  });

  it("refuses with a FormatError that has file and code", () => {
    writeFileSync(path, "");
    assert.throws(() => readSafetensors(path), (error) => error instanceof FormatError && error.file === path && error.code === "truncated");
  });

  it("refuses a file without even a length", () => {
    writeFileSync(path, Uint8Array.of(1, 2, 3));
    assert.throws(() => readSafetensors(path), { message: `readSafetensors: damaged ${path}: 3 bytes; expected at least 8` });
  });

  it("names a missing file and a folder", () => {
    assert.throws(() => readSafetensors(join(folder, "none")), /^Error: readSafetensors: missing .*none: ENOENT.*; expected a readable file$/);
    assert.throws(() => readSafetensors(folder), /^Error: readSafetensors: damaged .*/);
  });

  it("meets 2,000 damaged files with an error of one line or with tensors that fit", () => {
    writeSafetensors(path, new Map([["first", array([2, 3], 1, 2, 3, 4, 5, 6)], ["second", array([1], 7)]]), new Map([["k", "v"]]));
    const whole = readFileSync(path), random = new Random(3);
    for (let i = 0; i < 2000; i++) {
      const bytes = Buffer.from(whole.subarray(0, random.uniform() < 0.2 ? random.integer(0, whole.length) : whole.length));
      for (let k = random.integer(0, 4); k >= 0 && bytes.length; k--) bytes[random.integer(0, bytes.length)] = random.integer(0, 256);
      writeFileSync(path, bytes);
      try {
        for (const { shape, data } of readSafetensors(path).tensors.values()) assert.equal(shape.reduce((a, b) => a * b, 1), data.length);
      } catch (error) {
        assert.match((error as Error).message, /^readSafetensors: damaged [^\n]*$/);
      }
    }
  });

  it("does not write what it would not read", () => {
    assert.throws(() => writeSafetensors(path, new Map([["a", array([2], 1)]])), { message: "writeSafetensors: invalid shape of a: [2]; expected 1 elements" });
    assert.throws(() => writeSafetensors(path, new Map([["a", array([-1, -1], 1)]])), { message: "writeSafetensors: invalid shape of a: [-1,-1]; expected 1 elements" });
    assert.throws(() => writeSafetensors(path, new Map([["__metadata__", array([1], 1)]])), { message: "writeSafetensors: invalid name: __metadata__; expected any other" });
  });
});
