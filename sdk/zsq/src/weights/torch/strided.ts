import type { FileBytes } from "../file-bytes";
import { elements } from "../dtype";

const PIECE = 16 << 20;

interface Dimension {
  count: number;
  /** elements between neighbours in the storage, and in the result */
  from: number;
  to: number;
}

/** A view of a storage in a file: where the storage starts, bytes per element, and torch's geometry in elements. */
export interface StridedView {
  start: number;
  itemBytes: number;
  offset: number;
  size: readonly number[];
  stride: readonly number[];
}

/**
 * The elements of a view in C order, as bytes. A view that lies in C order is read at once, into `room` where it is large enough; any other is gathered from
 * pieces of at most 16 MiB of the storage, so that a large transposed tensor costs no second copy of it.
 */
export function readStrided(file: FileBytes, { start, itemBytes, offset, size, stride }: StridedView, room?: ArrayBuffer): Uint8Array {
  const count = elements(size), from = start + offset * itemBytes;
  let to = count;
  const dimensions = size.map((length, k): Dimension => ({ count: length, from: stride[k], to: (to /= length || 1) })).filter((d) => d.count !== 1);
  if (count === 0 || dimensions.every((d) => d.from === d.to)) return file.read(from, count * itemBytes, room);
  const out = new Uint8Array(count * itemBytes), unit = Math.min(itemBytes, 4), units = itemBytes / unit;
  const inUnits = dimensions.map((d) => ({ count: d.count, from: d.from * units, to: d.to * units }));
  if (units > 1) inUnits.push({ count: units, from: 1, to: 1 });
  gather(file, from, unit, inUnits.sort((a, b) => b.from - a.from), arrayOf(out, unit), 0);
  return out;
}

// splits the widest dimension until a piece is small enough to be read
function gather(file: FileBytes, from: number, unit: number, dimensions: readonly Dimension[], out: Units, to: number): void {
  const span = dimensions.reduce((sum, d) => sum + (d.count - 1) * d.from, 1);
  if (span * unit <= PIECE) return copy(arrayOf(file.read(from, span * unit), unit), 0, dimensions, 0, out, to);
  const [{ count, ...widest }, ...rest] = dimensions, half = count >> 1;
  const part = (size: number): Dimension[] => (size === 1 ? rest : [{ count: size, ...widest }, ...rest]);
  gather(file, from, unit, part(half), out, to);
  gather(file, from + half * widest.from * unit, unit, part(count - half), out, to + half * widest.to);
}

function copy(source: Units, from: number, dimensions: readonly Dimension[], level: number, out: Units, to: number): void {
  if (level === dimensions.length) {
    out[to] = source[from];
    return;
  }
  const { count, from: step, to: place } = dimensions[level];
  if (level === dimensions.length - 1) for (let i = 0; i < count; i++) out[to + i * place] = source[from + i * step];
  else for (let i = 0; i < count; i++) copy(source, from + i * step, dimensions, level + 1, out, to + i * place);
}

// integers, so that no bit of a NaN changes
type Units = Uint8Array | Uint16Array | Uint32Array;
const arrayOf = ({ buffer }: Uint8Array, unit: number): Units => (unit === 1 ? new Uint8Array(buffer) : unit === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer));
