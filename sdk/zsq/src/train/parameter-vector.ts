import * as tf from "@tensorflow/tfjs-node-gpu";

/** Where named tensors lie in one flat vector: optimizers then work on a single tensor. */
export class ParameterVector {
  readonly names: readonly string[];
  private readonly sizes: number[];

  constructor(private readonly shapes: ReadonlyMap<string, number[]>) {
    this.names = [...shapes.keys()];
    this.sizes = [...shapes.values()].map((shape) => shape.reduce((a, b) => a * b, 1));
  }

  get size(): number {
    return this.sizes.reduce((a, b) => a + b, 0);
  }

  /** The tensors of all names, flat; float32 [size], the caller disposes. */
  pack(tensors: ReadonlyMap<string, tf.Tensor>): tf.Tensor1D {
    return tf.tidy(() => tf.concat1d(this.names.map((name) => tensors.get(name)!.as1D())));
  }

  /** The named tensors that lie in the vector; the caller disposes them. */
  unpack(vector: tf.Tensor1D): Map<string, tf.Tensor> {
    const parts = tf.tidy(() => tf.split(vector, this.sizes).map((part, k) => part.reshape(this.shapes.get(this.names[k])!)));
    return new Map(parts.map((part, k) => [this.names[k], part]));
  }

  /** 1 for entries of tensors that the predicate accepts, else 0; float32 [size], the caller disposes. */
  mask(accept: (name: string, shape: number[]) => boolean): tf.Tensor1D {
    const values = new Float32Array(this.size);
    let at = 0;
    this.names.forEach((name, k) => {
      if (accept(name, this.shapes.get(name)!)) values.fill(1, at, at + this.sizes[k]);
      at += this.sizes[k];
    });
    return tf.tensor1d(values);
  }
}
