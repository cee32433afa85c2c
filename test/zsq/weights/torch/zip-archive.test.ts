import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FormatError, openTorch } from "zsq";
import { suiteFolder } from "../../../helpers/suite-folder";
import { op, smallState, torchEntries, zip, type ArchiveEntry, type EntryHeader } from "../../../helpers/torch-archive";

describe("zip archive", () => {
  const folder = suiteFolder(), path = join(folder, "a.pth");
  const load = (data: Uint8Array): string[] => {
    writeFileSync(path, data);
    const file = openTorch(path);
    file.close();
    return [...file.tensors.keys()];
  };
  const small = torchEntries(smallState);
  const changed = (change: Partial<ArchiveEntry>, place = 2): Buffer => zip(small.map((entry, i) => (i === place ? { ...entry, ...change } : entry)));
  const local = (header: Partial<EntryHeader>): Buffer => changed({ local: header });
  const central = (header: Partial<EntryHeader>): Buffer => changed({ central: header });
  const withByte = (archive: Buffer, at: number, byte: number): Buffer => Buffer.from(archive).fill(byte, archive.indexOf("PK\x01\x02") + at, archive.indexOf("PK\x01\x02") + at + 1); // of the first directory entry
  const renamed = (name: string): Buffer => changed({ name: `archive/${name}` });

  it("reads the twin of what follows, with and without descriptors and padding", () => {
    assert.deepEqual(load(zip(small)), ["a"]);
    const plain = small.map((entry) => ({ ...entry, local: { flags: 0x0800, size: entry.data.length, packed: entry.data.length, crc: undefined as unknown as number }, central: { flags: 0x0800 }, descriptor: Buffer.alloc(0) }));
    for (const entry of plain) entry.local.crc = Number(zip([entry]).readUInt32LE(zip([entry]).length - 22 - 46 - Buffer.byteLength(entry.name) + 16));
    assert.deepEqual(load(zip(plain)), ["a"]);
    assert.deepEqual(load(local({ extra: Buffer.from("FB\x03\x00ZZZ") })), ["a"]);
    const six = small[2].data, long = Buffer.alloc(24);
    long.write("PK\x07\x08", "latin1");
    const crc = zip([small[2]]).readUInt32LE(30 + small[2].name.length + six.length + 4);
    long.writeUInt32LE(crc, 4);
    long.writeBigUInt64LE(24n, 8);
    long.writeBigUInt64LE(24n, 16);
    assert.deepEqual(load(changed({ descriptor: long })), ["a"]);
  });

  const hostile: [string, () => Uint8Array, RegExp][] = [
    ["bytes before the archive", () => zip(small, { before: Buffer.from("PK\x03\x04xxxx") }), /local header at byte 8; expected 0/],
    ["bytes after the archive", () => zip(small, { after: Buffer.from("x") }), /no end record/],
    ["a comment", () => zip(small, { after: Buffer.from("x"), end: { comment: 1 } }), /no end record/],
    ["a second end record as comment", () => Buffer.concat([zip(small), zip([])]), /directory that ends at byte 0/],
    ["a directory elsewhere", () => zip(small, { end: { start: 4 } }), /directory that ends at byte/],
    ["fewer entries than the directory holds", () => zip(small, { end: { count: 3 } }), /bytes after the last directory entry/],
    ["more entries than the directory holds", () => zip(small, { end: { count: 5 } }), /no directory entry/],
    ["a name twice", () => zip([...small, small[2]]), /a name that occurs twice/],
    ["two data.pkl", () => zip([...small, small[0]]), /a name that occurs twice/],
    ["another name in the local header", () => local({ name: "archive/data/9" }), /another name in the local header/],
    ["another size in the local header", () => local({ size: 23 }), /other sizes or CRC in the local header/],
    ["another packed size in the local header", () => local({ packed: 23 }), /other sizes or CRC in the local header/],
    ["another CRC in the local header", () => local({ crc: 1 }), /other sizes or CRC in the local header/],
    ["another method in the local header", () => local({ method: 8 }), /other flags in the local header/],
    ["other flags in the local header", () => local({ flags: 0x0809 }), /other flags in the local header/],
    ["encryption", () => changed({ local: { flags: 0x0809 }, central: { flags: 0x0809 } }), /flags 0x809; expected an entry that is not encrypted/],
    ["compression", () => changed({ local: { method: 8 }, central: { method: 8 } }), /compression method 8; expected 0, stored/],
    ["a size that differs from the packed one", () => central({ packed: 23 }), /23 bytes for 24/],
    ["a size beyond the file", () => central({ size: 1 << 30, packed: 1 << 30 }), /expected at most \d+$/],
    ["a size that is too small", () => central({ size: 20, packed: 20 }), /another data descriptor/],
    ["another CRC than the descriptor's", () => central({ crc: 5 }), /another data descriptor/],
    ["a CRC of 0 in one entry alone", () => central({ crc: 0 }), /another data descriptor/],
    ["a wrong CRC in header and descriptor", () => changed({ central: { crc: 5 }, descriptor: op.bytes("PK\x07\x08", op.uint32(5), op.uint32(24), op.uint32(24)) }), /CRC-32 0x[0-9a-f]+; expected 0x5/],
    ["an entry that overlaps another", () => central({ offset: 0 }), /local header at byte 0; expected \d+/],
    ["an offset inside another entry", () => central({ offset: 40 }), /local header at byte 40; expected \d+/],
    ["a gap", () => changed({ descriptor: Buffer.concat([zip([small[2]]).subarray(-22 - 46 - 14 - 16, -22 - 46 - 14), Buffer.alloc(3)]) }), /local header at byte \d+; expected \d+|another data descriptor/],
    ["a comment on an entry", () => central({ comment: "x" }), /comment or second volume/],
    ["a symbolic link", () => central({ attributes: 0xa1ff0000 }), /a symbolic link/],
    ["an unknown extra field", () => central({ extra: Buffer.from([0x75, 0x70, 1, 0, 0]) }), /extra field 0x7075/],
    ["an extra field beyond the header", () => central({ extra: Buffer.from([1, 0, 9, 0]) }), /an extra field beyond the header/],
    ["a zip64 field without need", () => central({ extra: Buffer.from([1, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0]) }), /a zip64 field that is too long/],
    ["a zip64 size of 2^63", () => central({ size: 0xffffffff, packed: 0xffffffff, extra: Buffer.concat([Buffer.from([1, 0, 16, 0]), Buffer.alloc(16, 0xff)]) }), /a size of 2\^53 or more/],
    ["a name that leads up", () => renamed("../x"), /entry name "archive\/\.\.\/x"; expected a relative path/],
    ["a name with a backslash", () => renamed("data\\0"), /entry name/],
    ["a name with NUL", () => renamed("data/0\0"), /entry name/],
    ["an absolute name", () => changed({ name: "/archive/data/0" }), /entry name/],
    ["a name with a drive", () => changed({ name: "C:/data/0" }), /entry name/],
    ["a version of the format that there is none of", () => withByte(zip(small), 6, 128), /format version 12\.8; expected at most 6\.3/],
    ["a folder", () => renamed("data/"), /entry name/],
    ["an empty name", () => changed({ name: "" }), /entry name of 0 bytes/],
    ["a long name", () => renamed("x".repeat(2000)), /entry name of 2008 bytes/],
    ["a leading zero", () => renamed("data/00"), /an unknown entry/],
    ["a number that is none", () => renamed("data/1e1"), /an unknown entry/],
    ["digits of another script", () => renamed("data/٣"), /an unknown entry/],
    ["an archive without entries", () => Buffer.concat([Buffer.from("PK"), zip([]).subarray(2)]), /entry ""; expected a folder/],
  ];
  for (const [what, make, message] of hostile) {
    it(`refuses ${what}`, () => assert.throws(() => load(make()), (error) => {
      assert.ok(error instanceof FormatError, String((error as Error).stack));
      assert.match(error.message, message);
      return true;
    }));
  }
});
