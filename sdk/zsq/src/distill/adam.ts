import * as tf from "@tensorflow/tfjs-node-gpu";

/** Adam on the pixels of a batch. Source: Kingma and Ba 2015; beta 0.9 and 0.999, epsilon 1e-8, as torch.optim.Adam. */
export class ImageAdam {
  private m: tf.Tensor4D;
  private v: tf.Tensor4D;
  private before: tf.Tensor4D | null = null;
  private steps = 0;

  /** - **x** – the images, which Adam then owns */
  constructor(public x: tf.Tensor4D) {
    this.m = tf.zerosLike(x);
    this.v = tf.zerosLike(x);
  }

  /** The images before the last step, or as they are before the first. */
  get previous(): tf.Tensor4D {
    return this.before ?? this.x;
  }

  /** - **rates** – learning rate of each image; 0 leaves an image as it is */
  step(gradient: tf.Tensor4D, rates: readonly number[]): void {
    const step = ++this.steps;
    const next = tf.tidy(() => {
      const m = this.m.mul(0.9).add(gradient.mul(0.1)) as tf.Tensor4D;
      const v = this.v.mul(0.999).add(gradient.square().mul(0.001)) as tf.Tensor4D;
      const denominator = v.sqrt().mul(1 / Math.sqrt(1 - 0.999 ** step)).add(1e-8);
      const sizes = rates.map((rate) => rate / (1 - 0.9 ** step));
      const size = sizes.every((s) => s === sizes[0]) ? tf.scalar(sizes[0]) : tf.tensor4d(sizes, [sizes.length, 1, 1, 1]);
      return { x: this.x.sub(m.div(denominator).mul(size)) as tf.Tensor4D, m, v };
    });
    this.before?.dispose();
    tf.dispose([this.m, this.v]);
    this.before = this.x;
    ({ x: this.x, m: this.m, v: this.v } = next);
  }

  dispose(): void {
    this.before?.dispose();
    tf.dispose([this.x, this.m, this.v]);
  }
}
