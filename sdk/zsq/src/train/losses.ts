import * as tf from "@tensorflow/tfjs-node-gpu";

/**
 * Focal loss of logits [m, k] against targets in {0, 1} of the same shape, weighted per row and summed, and its gradient
 * in the logits, [m, k], in one pass; the caller disposes both.
 *
 * - **rowWeights** – [m, 1], 0 for rows that do not count
 *
 * Source: Lin et al. 2017, alpha 0.25, gamma 2, as torchvision's sigmoid_focal_loss.
 */
export function focalLoss(logits: tf.Tensor2D, targets: tf.Tensor2D, rowWeights: tf.Tensor2D): { value: tf.Scalar; grad: tf.Tensor2D } {
  return tf.tidy(() => {
    const p = tf.sigmoid(logits);
    const sign = tf.sub(1, targets.mul(2)); // +1 for background, -1 for objects
    const crossEntropy = tf.softplus(logits.mul(sign));
    const miss = tf.abs(p.sub(targets));
    const weight = tf.sub(0.75, targets.mul(0.5)).mul(rowWeights).mul(miss);
    // d miss / d logit = sign p (1 - p), d crossEntropy / d logit = sign miss
    const slope = p.mul(tf.sub(1, p)).mul(crossEntropy).mul(2).add(miss.square());
    return { value: weight.mul(miss).mul(crossEntropy).sum() as tf.Scalar, grad: weight.mul(slope).mul(sign) as tf.Tensor2D };
  });
}

/**
 * Generalized IoU loss 1 - GIoU of boxes [m, 4] against targets [m, 4], weighted per row [m, 1] and summed; a scalar.
 * Differentiable in the boxes.
 *
 * Source: Rezatofighi et al. 2019; epsilon 1e-7, as torchvision's generalized_box_iou_loss.
 */
export function giouLoss(boxes: tf.Tensor2D, targets: tf.Tensor2D, rowWeights: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const [x1, y1, x2, y2] = tf.split(boxes, 4, 1);
    const [u1, v1, u2, v2] = tf.split(targets, 4, 1);
    const both = tf.relu(tf.minimum(x2, u2).sub(tf.maximum(x1, u1))).mul(tf.relu(tf.minimum(y2, v2).sub(tf.maximum(y1, v1))));
    const union = x2.sub(x1).mul(y2.sub(y1)).add(u2.sub(u1).mul(v2.sub(v1))).sub(both);
    const hull = tf.maximum(x2, u2).sub(tf.minimum(x1, u1)).mul(tf.maximum(y2, v2).sub(tf.minimum(y1, v1)));
    const giou = both.div(union.add(1e-7)).sub(hull.sub(union).div(hull.add(1e-7)));
    return tf.sub(1, giou).mul(rowWeights).sum() as tf.Scalar;
  });
}
