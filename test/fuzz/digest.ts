import { createHash } from "node:crypto";
import type { Dtype } from "zsq/dist/weights/dtype";

/** Names, types, shapes and contents of tensors in a few digits; pickle_oracle.py computes the same. */
export function tensorsDigest(tensors: Iterable<readonly [string, { dtype: Dtype; shape: readonly number[]; bytes: Uint8Array }]>): string {
  const hash = createHash("sha256");
  for (const [name, { dtype, shape, bytes }] of tensors) hash.update(`${Buffer.byteLength(name)}:${name} ${dtype} ${shape.join()} `).update(bytes);
  return hash.digest("hex");
}

/** A value of JSON in a few digits, whatever the order of its keys. */
export function canonical(value: unknown): string {
  const sorted = (_: string, item: unknown): unknown => (typeof item === "object" && item !== null && !Array.isArray(item) ? Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)) : item);
  return createHash("sha256").update(JSON.stringify(value, sorted)).digest("hex");
}
