import * as tf from "@tensorflow/tfjs-node-gpu";
import type { OutputRows } from "../../distill/methods/output-losses";

/**
 * How far a student's outputs are from its teacher's: T^2 times the mean over anchors and classes of KL(p || q), p and q
 * sigmoids of logits divided by T, plus the mean distance of the box regression. Differentiable in the student.
 *
 * Source: GDFQ's and IntraQ's T^2 KL with T = 20, whose softmax is a sigmoid for each class here; the boxes are our addition.
 */
export function distillationLoss(student: OutputRows, teacher: OutputRows, temperature = 20): tf.Scalar {
  const [s, t] = [student, teacher].map(({ logits }) => logits.div(temperature));
  // KL of Bernoullis: p (t - s) + softplus(s) - softplus(t)
  const divergence = tf.sigmoid(t).mul(t.sub(s)).add(tf.softplus(s)).sub(tf.softplus(t)).mean();
  return divergence.mul(temperature ** 2).add(student.regression.sub(teacher.regression).abs().mean());
}

/**
 * Mean squared difference between the channel attention of features [n, h, w, c]: means of squares over height and
 * width, as unit vectors. Differentiable in both. Source: HAST.
 */
export function attentionLoss(student: tf.Tensor4D, teacher: tf.Tensor4D): tf.Scalar {
  const [a, b] = [student, teacher].map((x) => unit(x.square().mean([1, 2]), 1));
  return a.sub(b).square().mean() as tf.Scalar;
}

/** Positions beyond which features are averaged by squares of two before their spatial relations are taken. */
const MOST_POSITIONS = 1024;

/**
 * ZAQ's discrepancy of two feature maps [n, h, w, c]: mean distances of what spatial and channel relations make of them.
 * With f of unit length over channels, V = f as [c, h w]: spatial 0.1 V softmax(V^T V)^T + f, channel
 * 0.1 softmax(rowmax(V V^T) - V V^T) V + f. Differentiable in both.
 *
 * Maps of more than 1024 positions are averaged first: all pairs of positions would not fit.
 *
 * Source: Liu et al., CVPR 2021; public code read.
 */
export function featureDiscrepancy(student: tf.Tensor4D, teacher: tf.Tensor4D): tf.Scalar {
  const [a, b] = [student, teacher].map((x) => relations(pooled(x)));
  return a.spatial.sub(b.spatial).abs().mean().add(a.channel.sub(b.channel).abs().mean());
}

function relations(x: tf.Tensor4D): { spatial: tf.Tensor3D; channel: tf.Tensor3D } {
  const [n, h, w, c] = x.shape, f = unit(x, 3).reshape<tf.Tensor3D>([n, h * w, c]); // V^T
  const between = tf.softmax(tf.matMul(f, f, false, true)); // [n, hw, hw]
  const energy = tf.matMul(f, f, true, false); // [n, c, c]
  const among = tf.softmax(energy.max(2, true).sub(energy));
  return { spatial: tf.matMul(between, f).mul(0.1).add(f) as tf.Tensor3D, channel: tf.matMul(f, among as tf.Tensor3D, false, true).mul(0.1).add(f) as tf.Tensor3D };
}

function pooled(x: tf.Tensor4D): tf.Tensor4D {
  let y = x;
  while (y.shape[1] * y.shape[2] > MOST_POSITIONS) y = tf.avgPool(y, 2, 2, "valid");
  return y;
}

const unit = (x: tf.Tensor, axis: number): tf.Tensor => x.div(x.square().sum(axis, true).add(1e-24).sqrt().maximum(1e-12));
