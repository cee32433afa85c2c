/** Bytes per element of what a tensor file may hold, by safetensors' names. */
export const DTYPE_BYTES = {
  BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, I16: 2, U16: 2, F16: 2, BF16: 2, I32: 4, U32: 4, F32: 4, I64: 8, U64: 8, F64: 8,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

/** Type and shape of a tensor in a file. */
export interface TensorInfo {
  dtype: Dtype;
  shape: readonly number[];
}

/** A tensor as its bytes, little-endian in C order; the memory is its own unless it was given. */
export interface RawTensor extends TensorInfo {
  bytes: Uint8Array;
}

/** A file of tensors, believed and open: tensors are read one at a time, so that memory stays that of what is kept. */
export interface TensorFile {
  /** in the order of the file */
  tensors: ReadonlyMap<string, TensorInfo>;
  /** strings stored with the tensors */
  metadata: ReadonlyMap<string, string>;
  /** whether the file has checksums that were found right */
  integrity: "checked" | "unchecked";
  /**
   * - **room** – memory to read into, where it is large enough; what was read before into it is then lost; default new
   *
   * Throws if there is no such tensor or the file was closed.
   */
  read(name: string, room?: ArrayBuffer): RawTensor;
  close(): void;
}

export const isDtype = (name: unknown): name is Dtype => typeof name === "string" && Object.hasOwn(DTYPE_BYTES, name);

/** Number of elements; 1 for shape []. */
export const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The numbers of a float32 tensor, in its own memory. Throws if it is of another type. */
export function asFloat32({ dtype, bytes }: RawTensor): Float32Array {
  if (dtype !== "F32") throw new Error(`asFloat32: unsupported dtype: ${dtype}; expected F32`);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
