import { retinaNetR50 } from "zsq";
import { torchvisionStateDict } from "zsq/dist/weights/torchvision";
import { ints, op, pickle, storage, tensor, torchEntries, zip } from "./torch-archive";

const stridesOf = (shape: readonly number[]): number[] => shape.map((_, k) => shape.slice(k + 1).reduce((a, b) => a * b, 1));

/** A file with a whole state dict of 4 classes whose tensor k is full of k / 1000. */
export function stateDictFile(change?: (k: number, values: Float32Array) => void): Buffer {
  const storages: Record<string, Uint8Array> = {};
  const items = [...torchvisionStateDict(retinaNetR50(4))].flatMap(([name, { dtype, shape }], k) => {
    const numel = shape.reduce((a, b) => a * b, 1), values = new Float32Array(dtype === "I64" ? 2 : numel).fill(dtype === "I64" ? 0 : k / 1000);
    change?.(k, values);
    storages[k] = new Uint8Array(values.buffer);
    const of = storage({ type: op.global("torch", dtype === "I64" ? "LongStorage" : "FloatStorage"), key: op.text(String(k)), numel: op.int(numel) });
    return [op.text(name), tensor({ of, size: ints(...shape), stride: ints(...stridesOf(shape)) })];
  });
  return zip(torchEntries(pickle(op.dict(...items)), storages));
}
