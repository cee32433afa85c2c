import * as tf from "@tensorflow/tfjs-node-gpu";

/** An optimizer of a tensor that it owns. */
export interface TensorOptimizer {
  readonly x: tf.Tensor4D;
  step(gradient: tf.Tensor4D, rate: number): void;
  /** Replaces x, keeping what was learned of its gradient. */
  replace(x: tf.Tensor4D): void;
  dispose(): void;
}

/**
 * Adam, or Adam with its rate rectified while few gradients are known: RAdam, which for the first five steps goes along
 * the mean gradient itself.
 *
 * Source: Kingma and Ba 2015; Liu et al. 2020; beta 0.9 and 0.999, epsilon 1e-8, as torch.optim.Adam and torch.optim.RAdam.
 */
export class MomentOptimizer implements TensorOptimizer {
  private m: tf.Tensor4D;
  private v: tf.Tensor4D;
  private steps = 0;

  constructor(public x: tf.Tensor4D, private readonly rectified = false) {
    this.m = tf.zerosLike(x);
    this.v = tf.zerosLike(x);
  }

  step(gradient: tf.Tensor4D, rate: number): void {
    const t = ++this.steps, [b1, b2] = [1 - 0.9 ** t, 1 - 0.999 ** t];
    const next = tf.tidy(() => {
      const m = this.m.mul(0.9).add(gradient.mul(0.1)) as tf.Tensor4D, v = this.v.mul(0.999).add(gradient.square().mul(0.001)) as tf.Tensor4D;
      const adapted = (factor: number): tf.Tensor => m.div(v.sqrt().mul(1 / Math.sqrt(b2)).add(1e-8)).mul((rate * factor) / b1);
      const move = !this.rectified ? adapted(1) : rectification(t) > 0 ? adapted(rectification(t)) : m.mul(rate / b1);
      return { x: this.x.sub(move) as tf.Tensor4D, m, v };
    });
    tf.dispose([this.x, this.m, this.v]);
    ({ x: this.x, m: this.m, v: this.v } = next);
  }

  replace(x: tf.Tensor4D): void {
    this.x.dispose();
    this.x = x;
  }

  dispose(): void {
    tf.dispose([this.x, this.m, this.v]);
  }
}

// 0 while the variance is not tractable
function rectification(t: number): number {
  const infinite = 2 / (1 - 0.999) - 1, rho = infinite - (2 * t * 0.999 ** t) / (1 - 0.999 ** t);
  return rho > 5 ? Math.sqrt(((rho - 4) * (rho - 2) * infinite) / ((infinite - 4) * (infinite - 2) * rho)) : 0;
}
