import * as tf from "@tensorflow/tfjs-node-gpu";

/** Updates a flat parameter vector from its gradient; owns its state. */
export interface Optimizer {
  /** New parameters [n]; the caller disposes old and new. */
  step(parameters: tf.Tensor1D, gradient: tf.Tensor1D, learningRate: number): tf.Tensor1D;
  /** What must be stored to continue exactly, by name. */
  state: Map<string, tf.Tensor1D>;
  dispose(): void;
}

export interface OptimizerOptions {
  kind: "adamw" | "sgd";
  weightDecay: number;
  /** what weight decay applies to: convolution kernels, or all parameters as torch.optim does; default kernels */
  decay?: "kernels" | "all";
  /** SGD only; default 0.9 */
  momentum?: number;
}

/** - **decayMask** – [n], 1 where weight decay applies; the optimizer owns it */
export function createOptimizer(options: OptimizerOptions, decayMask: tf.Tensor1D): Optimizer {
  return options.kind === "adamw" ? new AdamW(options.weightDecay, decayMask) : new Sgd(options.weightDecay, options.momentum ?? 0.9, decayMask);
}

abstract class StatefulOptimizer implements Optimizer {
  state = new Map<string, tf.Tensor1D>();

  constructor(protected readonly decayMask: tf.Tensor1D, slots: string[]) {
    for (const slot of slots) this.state.set(slot, tf.zerosLike(decayMask));
    this.state.set("steps", tf.tensor1d([0]));
  }

  step(parameters: tf.Tensor1D, gradient: tf.Tensor1D, learningRate: number): tf.Tensor1D {
    const steps = this.state.get("steps")!.dataSync()[0] + 1;
    const [updated, ...slots] = tf.tidy(() => this.update(parameters, gradient, learningRate, steps));
    const names = [...this.state.keys()];
    [...slots, tf.tensor1d([steps])].forEach((tensor, k) => {
      this.state.get(names[k])!.dispose();
      this.state.set(names[k], tensor);
    });
    return updated;
  }

  /** [parameters, ...slots] after step number `steps`. */
  protected abstract update(parameters: tf.Tensor1D, gradient: tf.Tensor1D, learningRate: number, steps: number): tf.Tensor1D[];

  dispose(): void {
    tf.dispose([this.decayMask, ...this.state.values()]);
  }
}

/** Source: Loshchilov and Hutter 2019; beta 0.9, 0.999, epsilon 1e-8, as torch.optim.AdamW. */
class AdamW extends StatefulOptimizer {
  constructor(private readonly weightDecay: number, decayMask: tf.Tensor1D) {
    super(decayMask, ["m", "v"]);
  }

  protected update(parameters: tf.Tensor1D, gradient: tf.Tensor1D, learningRate: number, steps: number): tf.Tensor1D[] {
    const m = this.state.get("m")!.mul(0.9).add(gradient.mul(0.1)) as tf.Tensor1D;
    const v = this.state.get("v")!.mul(0.999).add(gradient.square().mul(0.001)) as tf.Tensor1D;
    const size = learningRate / (1 - 0.9 ** steps);
    const denominator = v.sqrt().mul(1 / Math.sqrt(1 - 0.999 ** steps)).add(1e-8);
    const kept = parameters.sub(parameters.mul(this.decayMask).mul(learningRate * this.weightDecay));
    return [kept.sub(m.div(denominator).mul(size)) as tf.Tensor1D, m, v];
  }
}

/** Momentum and coupled weight decay as torch.optim.SGD. */
class Sgd extends StatefulOptimizer {
  constructor(private readonly weightDecay: number, private readonly momentum: number, decayMask: tf.Tensor1D) {
    super(decayMask, ["velocity"]);
  }

  protected update(parameters: tf.Tensor1D, gradient: tf.Tensor1D, learningRate: number): tf.Tensor1D[] {
    const decayed = gradient.add(parameters.mul(this.decayMask).mul(this.weightDecay));
    const velocity = this.state.get("velocity")!.mul(this.momentum).add(decayed) as tf.Tensor1D;
    return [parameters.sub(velocity.mul(learningRate)) as tf.Tensor1D, velocity];
  }
}
