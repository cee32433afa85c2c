import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { Refusal } from "./format-error";

const PIECE = 1 << 20;
const LARGEST_READ = 1 << 30; // one call reads at most 2 GiB

/** An open file that is read at given places. */
export class FileBytes {
  private constructor(private readonly handle: number, readonly size: number) {}

  /** Throws a Refusal if the file cannot be opened or is no regular file. */
  static open(path: string): FileBytes {
    let handle: number;
    try {
      handle = openSync(path, "r");
    } catch (error) {
      throw new Refusal("missing", `${(error as Error).message}; expected a readable file`);
    }
    const stat = fstatSync(handle);
    if (stat.isFile()) return new FileBytes(handle, stat.size);
    closeSync(handle);
    throw new Refusal("io", "no regular file; expected a file");
  }

  /** Bytes [from, from + count) in memory of their own, or in `room` where it is large enough; the place is checked before anything is allocated. */
  read(from: number, count: number, room?: ArrayBuffer): Uint8Array {
    if (from + count > this.size) throw new Refusal("truncated", `${this.size} bytes; expected at least ${from + count}`);
    const bytes = room && room.byteLength >= count ? new Uint8Array(room, 0, count) : new Uint8Array(count);
    this.readInto(bytes, from);
    return bytes;
  }

  /** CRC-32 of bytes [from, from + count), read in pieces. */
  crc32(from: number, count: number): number {
    const piece = new Uint8Array(Math.min(count, PIECE));
    let crc = 0;
    for (let at = 0; at < count; at += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, count - at));
      this.readInto(part, from + at);
      crc = crc32(part, crc);
    }
    return crc;
  }

  close(): void {
    closeSync(this.handle);
  }

  private readInto(bytes: Uint8Array, from: number): void {
    for (let at = 0; at < bytes.length; ) {
      const got = readSync(this.handle, bytes, at, Math.min(bytes.length - at, LARGEST_READ), from + at);
      if (got === 0) throw new Refusal("truncated", `end after ${from + at} bytes; expected ${from + bytes.length}`);
      at += got;
    }
  }
}
