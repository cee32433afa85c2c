import type { FileBytes } from "../file-bytes";
import { Refusal } from "../format-error";

/** A stored (uncompressed) entry: `size` bytes at `start`. */
export interface ZipEntry {
  name: string;
  start: number;
  size: number;
  crc: number;
}

interface CentralEntry extends ZipEntry {
  flags: number;
  /** of the local header */
  header: number;
}

export const MAX_ENTRIES = 65_535;
const MAX_DIRECTORY = 32 << 20, MAX_NAME = 1024;
const UINT32_MAX = 0xffffffff, HAS_DESCRIPTOR = 8, KNOWN_FLAGS = 0x0808; // a data descriptor follows; the name is UTF-8
const ZIP64 = 0x0001, PADDING = 0x4246; // extra fields: long sizes, and torch's alignment
const NEWEST_VERSION = 63; // of the zip format, 6.3

/**
 * The entries of a zip archive by name, in the order of their bytes.
 *
 * Only what torch.save writes is believed, so that no two readers can see different files in it: stored entries without
 * gap or overlap from the first byte to the central directory, local headers and data descriptors that repeat the
 * directory, no name twice, no comment, nothing encrypted. General zip libraries read more than that, which is the
 * reason for this one. Contents are not read; see checkContents.
 *
 * Source: PKWARE APPNOTE 6.3.10, with zip64.
 */
export function zipEntries(file: FileBytes): Map<string, ZipEntry> {
  const { count, start, size } = centralDirectory(file);
  if (size > MAX_DIRECTORY) throw new Refusal("limit", `directory of ${size} bytes; expected at most ${MAX_DIRECTORY}`, { limit: MAX_DIRECTORY });
  const entries = parseDirectory(file.read(start, size), count, start);
  entries.sort((a, b) => a.header - b.header);
  let at = 0;
  for (const entry of entries) {
    if (entry.header !== at) refuse(`local header at byte ${entry.header}; expected ${at}, without gap or overlap`, entry.name);
    at = checkLocal(file, entry, start);
  }
  if (at !== start) throw new Refusal("zip", `entries end at byte ${at}; expected ${start}, where the directory starts`);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

/** Compares each entry's CRC-32 with its contents. Returns "unchecked" where the writer left every CRC out (as 0). */
export function checkContents(file: FileBytes, entries: Iterable<ZipEntry>): "checked" | "unchecked" {
  const all = [...entries];
  if (all.every(({ crc }) => crc === 0)) return "unchecked";
  for (const { name, start, size, crc } of all) {
    const found = file.crc32(start, size);
    if (found !== crc) throw new Refusal("crc", `CRC-32 ${hex(found)}; expected ${hex(crc)}`, { entry: name });
  }
  return "checked";
}

function centralDirectory(file: FileBytes): { count: number; start: number; size: number } {
  const END = 22, LOCATOR = 20, END64 = 56;
  if (file.size < END) throw new Refusal("layout", `${file.size} bytes; expected a zip archive written by torch.save`);
  const end = view(file.read(file.size - END, END));
  if (end.getUint32(0, true) !== 0x06054b50 || end.getUint16(20, true) !== 0) throw new Refusal("zip", "no end record in the last 22 bytes; expected a zip archive without comment or rest");
  if (end.getUint32(4, true) !== 0 || end.getUint16(8, true) !== end.getUint16(10, true)) throw new Refusal("zip", "several volumes; expected one");
  let directory = { count: end.getUint16(10, true), size: end.getUint32(12, true), start: end.getUint32(16, true) }, close = file.size - END;
  const at64 = close - LOCATOR - END64;
  const long = at64 >= 0 ? view(file.read(at64, LOCATOR + END64)) : null;
  if (long?.getUint32(END64, true) === 0x07064b50) {
    const fits = long.getUint32(0, true) === 0x06064b50 && long.getBigUint64(4, true) === 44n && long.getUint32(16, true) === 0 && long.getUint32(20, true) === 0
      && long.getBigUint64(24, true) === long.getBigUint64(32, true) && long.getUint32(END64 + 4, true) === 0 && uint53(long, END64 + 8) === at64 && long.getUint32(END64 + 16, true) === 1;
    if (!fits) throw new Refusal("zip", "a zip64 end record that does not fit; expected one volume");
    const short = directory;
    directory = { count: uint53(long, 32), size: uint53(long, 40), start: uint53(long, 48) };
    const agrees = (a: number, b: number, most: number): boolean => a === b || (a === most && b >= most);
    if (!agrees(short.count, directory.count, 0xffff) || !agrees(short.size, directory.size, UINT32_MAX) || !agrees(short.start, directory.start, UINT32_MAX)) {
      throw new Refusal("zip", "end records that differ; expected the same directory in both");
    }
    close = at64;
  }
  if (directory.count > MAX_ENTRIES) throw new Refusal("limit", `${directory.count} entries; expected at most ${MAX_ENTRIES}`, { limit: MAX_ENTRIES });
  if (directory.start + directory.size !== close) throw new Refusal("zip", `directory that ends at byte ${directory.start + directory.size}; expected ${close}`);
  return directory;
}

function parseDirectory(bytes: Uint8Array, count: number, fileOffset: number): CentralEntry[] {
  const data = view(bytes), entries: CentralEntry[] = [], names = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || data.getUint32(at, true) !== 0x02014b50) throw new Refusal("zip", "no directory entry; expected one", { offset: fileOffset + at });
    const lengths = [28, 30, 32].map((place) => data.getUint16(at + place, true));
    const next = at + 46 + lengths[0] + lengths[1] + lengths[2];
    if (next > bytes.length) throw new Refusal("zip", "directory entry beyond the directory; expected it inside", { offset: fileOffset + at });
    const name = decodeName(bytes.subarray(at + 46, at + 46 + lengths[0]), fileOffset + at);
    if (names.has(name)) refuse("a name that occurs twice; expected each once", name);
    names.add(name);
    if (bytes[at + 6] > NEWEST_VERSION) refuse(`format version ${bytes[at + 6] / 10}; expected at most ${NEWEST_VERSION / 10}`, name);
    const flags = data.getUint16(at + 8, true), method = data.getUint16(at + 10, true);
    if (flags & ~KNOWN_FLAGS) refuse(`flags ${hex(flags)}; expected an entry that is not encrypted`, name);
    if (method !== 0) refuse(`compression method ${method}; expected 0, stored, as in a state dict; a TorchScript archive is none`, name);
    if (lengths[2] || data.getUint16(at + 34, true)) refuse("comment or second volume; expected neither", name);
    if ((data.getUint16(at + 40, true) & 0xf000) === 0xa000) refuse("a symbolic link; expected a file", name);
    const [size, packed, header] = longSizes([24, 20, 42].map((place) => data.getUint32(at + place, true)), extraFields(bytes.subarray(at + 46 + lengths[0], next - lengths[2]), name), name);
    if (size !== packed) refuse(`${packed} bytes for ${size}; expected the same, stored`, name);
    entries.push({ name, start: NaN, size, crc: data.getUint32(at + 16, true), flags, header });
    at = next;
  }
  if (at !== bytes.length) throw new Refusal("zip", `${bytes.length - at} bytes after the last directory entry; expected none`);
  return entries;
}

// Checks the local header and data descriptor, sets entry.start and returns where the next entry has to begin.
function checkLocal(file: FileBytes, entry: CentralEntry, directoryStart: number): number {
  const { name, header, size, crc, flags } = entry;
  const fixed = view(file.read(header, 30));
  if (fixed.getUint32(0, true) !== 0x04034b50) refuse("no local header; expected one", name, header);
  const nameLength = fixed.getUint16(26, true), extraLength = fixed.getUint16(28, true);
  const rest = file.read(header + 30, nameLength + extraLength);
  if (decodeName(rest.subarray(0, nameLength), header) !== name) refuse("another name in the local header; expected the directory's", name, header);
  if (fixed.getUint16(6, true) !== flags || fixed.getUint16(8, true) !== 0) refuse("other flags in the local header; expected the directory's", name, header);
  const long = extraFields(rest.subarray(nameLength), name).get(ZIP64);
  const allowed = [size, ...(flags & HAS_DESCRIPTOR ? [0] : []), ...(long ? [UINT32_MAX] : [])];
  const found = [18, 22].map((place) => fixed.getUint32(place, true)), localCrc = fixed.getUint32(14, true);
  const longFits = !long || (long.byteLength % 8 === 0 && Array.from({ length: long.byteLength / 8 }, (_, i) => uint53(long, 8 * i)).every((x) => [size, header, 0].includes(x)));
  if (!found.every((x) => allowed.includes(x)) || !longFits || (localCrc !== crc && !(flags & HAS_DESCRIPTOR && localCrc === 0))) {
    refuse("other sizes or CRC in the local header; expected the directory's", name, header);
  }
  entry.start = header + 30 + nameLength + extraLength;
  const end = entry.start + size;
  if (end > directoryStart) refuse(`bytes up to ${end}; expected at most ${directoryStart}`, name);
  return flags & HAS_DESCRIPTOR ? checkDescriptor(file, entry, end) : end;
}

function checkDescriptor(file: FileBytes, { name, size, crc }: ZipEntry, at: number): number {
  const data = view(file.read(at, 24));
  const same = data.getUint32(0, true) === 0x08074b50 && data.getUint32(4, true) === crc;
  if (same && uint53OrNaN(data, 8) === size && uint53OrNaN(data, 16) === size) return at + 24;
  if (same && data.getUint32(8, true) === size && data.getUint32(12, true) === size) return at + 16;
  return refuse("another data descriptor; expected the directory's sizes and CRC", name, at);
}

// [size, packed size, header offset]: each 0xffffffff is replaced by the next number of the zip64 field
function longSizes(values: number[], fields: Map<number, DataView>, name: string): number[] {
  const long = fields.get(ZIP64);
  let at = 0;
  const full = values.map((value) => {
    if (value !== UINT32_MAX || !long) return value;
    if (at + 8 > long.byteLength) refuse("a zip64 field that is too short; expected a number for each long size", name);
    at += 8;
    return uint53(long, at - 8);
  });
  if (long && at !== long.byteLength) refuse("a zip64 field that is too long; expected a number for each long size", name);
  return full;
}

function extraFields(bytes: Uint8Array, name: string): Map<number, DataView> {
  const data = view(bytes), fields = new Map<number, DataView>();
  for (let at = 0; at < bytes.length; ) {
    const id = at + 4 <= bytes.length ? data.getUint16(at, true) : -1, end = id < 0 ? Infinity : at + 4 + data.getUint16(at + 2, true);
    if (end > bytes.length) refuse("an extra field beyond the header; expected it inside", name);
    if ((id !== ZIP64 && id !== PADDING) || fields.has(id)) refuse(`extra field ${hex(id)}; expected sizes and padding alone`, name);
    fields.set(id, view(bytes.subarray(at + 4, end)));
    at = end;
  }
  return fields;
}

function decodeName(bytes: Uint8Array, offset: number): string {
  const invalid = (what: string): never => { throw new Refusal("zip", `entry name ${what}; expected a relative path`, { offset }); };
  if (bytes.length === 0 || bytes.length > MAX_NAME) invalid(`of ${bytes.length} bytes`);
  let name = "";
  try {
    name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    invalid("that is not UTF-8");
  }
  if (/[\x00-\x1f\x7f\\]|^\/|^[A-Za-z]:|(^|\/)\.{0,2}(\/|$)/.test(name)) invalid(JSON.stringify(name));
  return name;
}

const view = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView => new DataView(buffer, byteOffset, byteLength);
const hex = (value: number): string => `0x${value.toString(16)}`;

function uint53OrNaN(data: DataView, at: number): number {
  const value = Number(data.getBigUint64(at, true));
  return Number.isSafeInteger(value) ? value : NaN;
}

function uint53(data: DataView, at: number): number {
  const value = uint53OrNaN(data, at);
  if (Number.isNaN(value)) throw new Refusal("zip", "a size of 2^53 or more; expected less");
  return value;
}

function refuse(message: string, entry: string, offset?: number): never {
  throw new Refusal("zip", message, { entry, offset });
}
