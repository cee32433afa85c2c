/**
 * Run lengths as COCO's compressed string: like LEB128 with 6 bits in each character from "0" to "o"; from the fourth
 * on differences to the count two before.
 *
 * Source: rleToString in pycocotools' maskApi.c.
 *
 * @example countsToString(Uint32Array.of(1, 3)) // "13"
 */
export function countsToString(counts: Uint32Array): string {
  let text = "";
  counts.forEach((count, i) => {
    let rest = i > 2 ? count - counts[i - 2] : count, more = true;
    while (more) {
      const five = rest & 0x1f;
      rest >>= 5;
      more = (five & 0x10) === 0 ? rest !== 0 : rest !== -1;
      text += String.fromCharCode(48 + (more ? five | 0x20 : five));
    }
  });
  return text;
}

/**
 * Run lengths of a compressed string; undefined where it is none: a character out of range, an end within a number, or a
 * count that is negative or has over 31 bits.
 *
 * Source: rleFrString.
 */
export function countsFromString(text: string): Uint32Array | undefined {
  const counts = new Uint32Array(text.length);
  let n = 0, value = 0, shift = 0;
  for (let p = 0; p < text.length; p++) {
    const code = text.charCodeAt(p) - 48;
    if (code < 0 || code > 63 || shift > 30) return undefined;
    value |= (code & 0x1f) << shift;
    shift += 5;
    if ((code & 0x20) !== 0) continue;
    if ((code & 0x10) !== 0 && shift < 32) value |= -1 << shift;
    if (n > 2) value += counts[n - 2];
    if (value < 0 || value > 0x7fffffff) return undefined;
    counts[n++] = value;
    value = shift = 0;
  }
  return shift === 0 ? counts.slice(0, n) : undefined;
}
