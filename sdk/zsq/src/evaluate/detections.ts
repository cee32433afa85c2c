/** Detections of a batch or a data set, by rising image and, within an image, falling score; d of them. */
export interface Detections {
  /** [d], the image's place in the batch or data set, from 0 */
  imageIndex: Int32Array;
  /** [d, 4]: x1, y1, x2, y2 in pixels */
  boxes: Float32Array;
  /** [d], in (0, 1) */
  scores: Float32Array;
  /** [d], column of the classification output */
  labels: Int32Array;
}

/** Detections of consecutive batches as those of one: image indices continue after the `images` of each batch. */
export function concatDetections(batches: readonly { detections: Detections; images: number }[]): Detections {
  const total = batches.reduce((sum, { detections }) => sum + detections.scores.length, 0);
  const all = emptyDetections(total);
  let at = 0, firstImage = 0;
  for (const { detections, images } of batches) {
    for (let i = 0; i < detections.scores.length; i++) all.imageIndex[at + i] = firstImage + detections.imageIndex[i];
    all.boxes.set(detections.boxes, 4 * at);
    all.scores.set(detections.scores, at);
    all.labels.set(detections.labels, at);
    at += detections.scores.length;
    firstImage += images;
  }
  return all;
}

/** Room for `count` detections, zeroed. */
export function emptyDetections(count = 0): Detections {
  return { imageIndex: new Int32Array(count), boxes: new Float32Array(4 * count), scores: new Float32Array(count), labels: new Int32Array(count) };
}
