import * as tf from "@tensorflow/tfjs-node-gpu";
import * as kernels from "../tensor/kernels";
import type { Convolution, Layers } from "./layers";

/** A tensor on the tape and the gradient that has reached it so far. */
export class Node {
  grad: tf.Tensor4D | null = null;

  constructor(
    readonly value: tf.Tensor4D,
    /** not needed by its own backward step: the first layer that takes it and does not need it later frees its value */
    readonly transient = false,
    /** a gradient with respect to it is of use */
    readonly wanted = true,
  ) {}

  /** A node for a rounded copy of the value; its gradient is of use where this one's is. */
  rounded(value: tf.Tensor4D): Node {
    return new Node(value, false, this.wanted);
  }

  /** Adds g, which the node then owns. */
  accumulate(g: tf.Tensor4D): void {
    if (!this.grad) {
      this.grad = g;
      return;
    }
    const sum = kernels.add(this.grad, g);
    tf.dispose([this.grad, g]);
    this.grad = sum;
  }

  consume(): void {
    if (this.transient) this.value.dispose();
  }
}

type Backward = (dy: tf.Tensor4D) => void;

/**
 * Computes the layers and, walking back, their gradients, on raw TensorFlow kernels. Buffers are freed as the backward
 * pass consumes them. Use it once, inside tf.tidy: forward, set the gradients of the outputs, backward().
 *
 * What convolutions and normalizations do depends on what is wanted: TrainingTape, InputTape.
 */
export abstract class Tape implements Layers<Node> {
  private readonly steps: { node: Node; backward: Backward; unreached?: () => void }[] = [];

  abstract input(value: tf.Tensor4D): Node;
  abstract conv(name: string, x: Node, geometry: Convolution): Node;
  abstract batchNorm(name: string, x: Node, channels: number): Node;
  abstract groupNorm(name: string, x: Node, channels: number, groups: number): Node;

  /** Walks back from the nodes whose grad was set, freeing values and gradients of all but the input. */
  backward(): void {
    for (const { node, backward, unreached } of this.steps.reverse()) {
      const { grad } = node;
      if (grad) {
        backward(grad);
        grad.dispose();
        node.grad = null;
      } else unreached?.();
      node.value.dispose();
    }
    this.steps.length = 0;
  }

  relu(x: Node): Node {
    const y = new Node(kernels.relu(x.value));
    x.consume();
    return this.record(y, (dy) => x.accumulate(kernels.reluGradient(dy, y.value)));
  }

  add(a: Node, b: Node): Node {
    const y = new Node(kernels.add(a.value, b.value), true);
    a.consume();
    b.consume();
    return this.record(y, (dy) => {
      a.accumulate(tf.clone(dy)); // another name of the same memory
      b.accumulate(tf.clone(dy));
    });
  }

  maxPool(x: Node): Node {
    const window = { kernel: 3, stride: 2, pad: 0 };
    const padded = kernels.padImage(x.value, 1);
    const pooled = kernels.maxPoolTraced(padded, window);
    return this.record(new Node(pooled.y), (dy) => {
      const gradient = kernels.maxPoolGradient(padded, pooled, dy, window);
      x.accumulate(tf.slice4d(gradient, [0, 1, 1, 0], x.value.shape));
      tf.dispose([padded, gradient]);
      pooled.maxima?.dispose();
    });
  }

  upsample(x: Node, like: Node): Node {
    const [, height, width] = x.value.shape;
    const y = kernels.resizeNearest(x.value, like.value.shape[1], like.value.shape[2]);
    return this.record(new Node(y, true), (dy) => x.accumulate(kernels.resizeNearestGradient(dy, height, width)));
  }

  scope(f: () => Node): Node {
    return f();
  }

  /** - **unreached** – called on the way back instead, if no gradient has reached the node */
  protected record(node: Node, backward: Backward, unreached?: () => void): Node {
    this.steps.push({ node, backward, unreached });
    return node;
  }
}
