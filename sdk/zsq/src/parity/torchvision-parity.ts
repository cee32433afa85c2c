import * as tf from "@tensorflow/tfjs-node-gpu";
import { detect } from "../evaluate/detect";
import { fitImages } from "../evaluate/transform";
import { anchorBoxes } from "../nn/anchors";
import type { ImageConfig } from "../nn/config";
import { Detector } from "../nn/detector";
import { weight } from "../nn/weights";
import { toOutInHeightWidth } from "../weights/kernel-layout";
import { channelsFirst, compareDetections, compareTensor, largestDifference, type ParityCheck } from "./compare";
import { batchNormDistance, innerTensors } from "./features";
import { parityImage, type FixtureDetections, type ParityFixture } from "./fixture";

const TENSORS = 1e-4, EXACT = 0;

/**
 * Compares a detector with torchvision's own figures for the same weights: weights, image, body, what enters batch
 * normalizations, pyramid, head outputs, anchors, the 800/1333 transform, and detections with and without it.
 *
 * Tensors agree to 1e-4 of their largest value, anchors and weights exactly, detections as sets (same label, IoU > 0.99,
 * score to 1e-3). Throws if the detector has another number of classes; leaves no tensors.
 */
export function torchvisionParity(detector: Detector, fixture: ParityFixture): ParityCheck[] {
  const { num_classes: classes, image_seed: seed, image_hw: [height, width] } = fixture.recipe;
  if (detector.config.classes !== classes) throw new Error(`torchvisionParity: invalid classes: ${detector.config.classes}; expected the fixture's ${classes}`);
  const pixels = parityImage(seed, height, width), images = normalize(pixels, [height, width], detector.config.image);
  try {
    return [
      ...weightChecks(detector, fixture), { name: "image", difference: Math.abs(pixels.reduce((a, b) => a + b, 0) - fixture.image.sum) / fixture.image.sum, tolerance: 1e-12 },
      ...innerChecks(detector, images, fixture), ...headChecks(detector, images, fixture), transformCheck(images, detector.config.image, fixture),
      ...detectionChecks(detector, images, fixture.detections_native, "without resizing", undefined),
      ...detectionChecks(detector, images, fixture.detections_800_1333, "at 800/1333", detector.config.image.resize),
    ];
  } finally {
    images.dispose();
  }
}

function weightChecks({ weights }: Detector, fixture: ParityFixture): ParityCheck[] {
  return Object.entries(fixture.weight_samples).map(([name, { shape, first4, sum }]) => {
    const ours = weight(weights, name), values = ours.dataSync() as Float32Array, data = ours.rank === 4 ? toOutInHeightWidth(values, ours.shape) : values;
    const total = data.reduce((a, b) => a + b, 0), [h, w, i, o] = ours.shape, ourShape = ours.rank === 4 ? [o, i, h, w] : ours.shape;
    const difference = ourShape.join() === shape.join() && Math.abs(total - sum) <= 1e-9 * Math.max(1, Math.abs(sum)) ? largestDifference(data, first4) : Infinity;
    return { name, difference, tolerance: EXACT };
  });
}

function innerChecks(detector: Detector, images: tf.Tensor4D, fixture: ParityFixture): ParityCheck[] {
  const { body, fpn, batchNorms } = innerTensors(detector, images);
  const of = (part: string, tensors: Map<string, tf.Tensor4D>, expected: ParityFixture["body"]): ParityCheck[] =>
    Object.entries(expected).map(([name, stats]) => compareTensor(`${part} ${name}`, channelsFirst(tensors.get(name) ?? tf.zeros([0, 0, 0, 0])), stats, TENSORS));
  try {
    const distance = batchNormDistance(detector, batchNorms), { layers, mean_sum: mean, std_sum: std } = fixture.bn_loss;
    const inputs = Object.entries(fixture.bn_input_stats).map(([name, expected]) => {
      const ours = batchNorms.get(name), scale = Math.max(...[...expected.mean_first4, ...expected.var_unbiased_first4].map(Math.abs));
      return Math.max(largestDifference(ours?.mean ?? [], expected.mean_first4), largestDifference(ours?.variance ?? [], expected.var_unbiased_first4)) / scale;
    });
    return [
      ...of("body", body, fixture.body), ...of("pyramid", fpn, fixture.fpn),
      { name: `distance to ${batchNorms.size} batch norms for ${layers}`, difference: batchNorms.size === layers ? Math.max(Math.abs(distance.mean - mean) / mean, Math.abs(distance.std - std) / std) : Infinity, tolerance: TENSORS },
      { name: "inputs of batch norms", difference: Math.max(...inputs), tolerance: TENSORS },
    ];
  } finally {
    tf.dispose([...body.values(), ...fpn.values()]);
  }
}

function headChecks(detector: Detector, images: tf.Tensor4D, fixture: ParityFixture): ParityCheck[] {
  const { classLogits, boxRegression } = detector.outputs(images), [, height, width] = images.shape;
  const rows = (levels: tf.Tensor4D[], columns: number): { shape: number[]; data: Float32Array } => {
    const all = tf.tidy(() => tf.concat(levels.map((level) => level.reshape([1, -1, columns])), 1)), data = all.dataSync() as Float32Array, { shape } = all;
    tf.dispose([all, ...levels]);
    return { shape, data };
  };
  const shapes = classLogits.map(({ shape }) => [shape[1], shape[2]] as const), anchors = anchorBoxes(detector.config.anchors, [height, width], shapes);
  const { count, first9, last9 } = fixture.anchors;
  const difference = anchors.length === 4 * count ? Math.max(largestDifference(anchors, first9.flat()), largestDifference(anchors.subarray(anchors.length - 36), last9.flat())) : Infinity;
  return [
    compareTensor("class logits", rows(classLogits, detector.config.classes), fixture.cls_logits, TENSORS),
    compareTensor("box regression", rows(boxRegression, 4), fixture.bbox_regression, TENSORS),
    { name: "anchors", difference, tolerance: EXACT },
  ];
}

function transformCheck(images: tf.Tensor4D, { resize }: ImageConfig, { transform_800_1333: expected }: ParityFixture): ParityCheck {
  const { batch, shape } = fitImages(images, resize ?? { shorter: 800, longer: 1333 });
  try {
    return compareTensor(`transform to ${shape.join(" x ")}`, channelsFirst(batch), { ...expected.tensor, shape: shape.join() === expected.image_size.join() ? expected.padded_shape : [] }, TENSORS);
  } finally {
    batch.dispose();
  }
}

function detectionChecks({ config, weights }: Detector, images: tf.Tensor4D, lists: readonly FixtureDetections[], how: string, resize: ImageConfig["resize"]): ParityCheck[] {
  return lists.flatMap((expected) => {
    const detection = { scoreThreshold: expected.score_thresh, nmsThreshold: expected.nms_thresh, maxDetections: expected.detections_per_img, topK: expected.topk_candidates };
    return compareDetections(`detections ${how}, score > ${expected.score_thresh}`, detect(new Detector({ ...config, detection, image: { ...config.image, resize } }, weights), images), expected);
  });
}

// (x - mean) / std in float32, as normalizeImages, for pixels that are no bytes
function normalize(pixels: Float32Array, [height, width]: readonly [number, number], { mean, std }: ImageConfig): tf.Tensor4D {
  const values = pixels.map((x, i) => Math.fround(x - Math.fround(mean[i % 3])) / Math.fround(std[i % 3]));
  return tf.tensor4d(values, [1, height, width, 3]);
}
