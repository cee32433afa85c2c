import * as tf from "@tensorflow/tfjs-node-gpu";

/** Largest dw, dh that are believed: a box at most 1000 / 16 times its anchor. */
export const MAX_LOG_SCALE = Math.log(1000 / 16);

/**
 * Boxes [m, 4] (x1, y1, x2, y2 in pixels) from anchors [m, 4] and their regression [m, 4] (dx, dy, dw, dh):
 * the centre moves by (dx, dy) anchor sizes, width and height grow by exp(dw), exp(dh). Differentiable in the regression.
 *
 * Source: Girshick 2014, as torchvision's BoxCoder with weights (1, 1, 1, 1).
 */
export function decodeBoxes(anchors: tf.Tensor2D, regression: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const [x1, y1, x2, y2] = tf.split(anchors, 4, 1);
    const [dx, dy, dw, dh] = tf.split(regression, 4, 1);
    const [width, height] = [x2.sub(x1), y2.sub(y1)];
    const centreX = x1.add(width.mul(0.5)).add(dx.mul(width));
    const centreY = y1.add(height.mul(0.5)).add(dy.mul(height));
    const halfWidth = tf.exp(tf.minimum(dw, MAX_LOG_SCALE)).mul(width).mul(0.5);
    const halfHeight = tf.exp(tf.minimum(dh, MAX_LOG_SCALE)).mul(height).mul(0.5);
    return tf.concat([centreX.sub(halfWidth), centreY.sub(halfHeight), centreX.add(halfWidth), centreY.add(halfHeight)], 1) as tf.Tensor2D;
  });
}

/** Writes the box of one anchor into out at `to`: the same formula on typed arrays, for the few boxes that are kept. */
export function decodeBox(anchors: Float32Array, anchor: number, regression: Float32Array, from: number, out: Float32Array, to: number): void {
  const a = 4 * anchor;
  const width = anchors[a + 2] - anchors[a], height = anchors[a + 3] - anchors[a + 1];
  const centreX = anchors[a] + 0.5 * width + regression[from] * width;
  const centreY = anchors[a + 1] + 0.5 * height + regression[from + 1] * height;
  const halfWidth = 0.5 * Math.exp(Math.min(regression[from + 2], MAX_LOG_SCALE)) * width;
  const halfHeight = 0.5 * Math.exp(Math.min(regression[from + 3], MAX_LOG_SCALE)) * height;
  out[to] = centreX - halfWidth;
  out[to + 1] = centreY - halfHeight;
  out[to + 2] = centreX + halfWidth;
  out[to + 3] = centreY + halfHeight;
}
