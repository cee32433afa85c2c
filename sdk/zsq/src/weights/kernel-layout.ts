/** A convolution kernel of torch, [out, in, height, width] in C order, from ours, [height, width, in, out]. */
export const toOutInHeightWidth = (data: Float32Array, [height, width, inputs, outputs]: readonly number[]): Float32Array =>
  transposed(data, height * width, inputs, outputs);

/** A convolution kernel of ours, [height, width, in, out] in C order, from torch's; shape: ours. */
export const toHeightWidthInOut = (data: Float32Array, [height, width, inputs, outputs]: readonly number[]): Float32Array =>
  transposed(data, outputs, inputs, height * width);

// [a, b, c] -> [c, b, a]
function transposed(data: Float32Array, a: number, b: number, c: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0, at = 0; i < a; i++) for (let j = 0; j < b; j++) for (let k = 0; k < c; k++) out[(k * b + j) * a + i] = data[at++];
  return out;
}
