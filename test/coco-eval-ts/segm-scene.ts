import { mask, type Detections, type EvaluateOptions, type GroundTruth, type IouType } from "coco-eval-ts";
import { mulberry32, randomScene } from "./random-scene";

const SIDE = 210;

/** A scene with masks; what the detections hold depends on the seed. */
export interface SegmScene {
  gt: GroundTruth;
  dets: Detections;
  params: EvaluateOptions;
  iouType: IouType;
}

/** The scene of a seed with masks; equal to segm_scene in test/fixtures/coco/generate_masks.py. */
export function segmScene(seed: number): SegmScene {
  const { gt, dets, params } = randomScene(seed), random = mulberry32(seed + 1000000);
  const images = gt.images.map(({ id }) => ({ id, width: SIDE, height: SIDE }));
  const drawn = (polygons: number[][]): mask.Rle => mask.merge(polygons.map((xy) => mask.fromPolygon(xy, SIDE, SIDE)));
  const annotations = gt.annotations.map((annotation) => {
    const polygons = around(annotation.bbox, random), asList = annotation.iscrowd === 1 && random() < 0.5;
    return { ...annotation, segmentation: asList ? { size: [SIDE, SIDE], counts: [...drawn(polygons).counts] } : polygons };
  });
  const masked = dets.map(({ bbox, ...det }) => {
    const segmentation = mask.toJson(drawn(around(bbox, random)));
    return { ...det, ...(seed % 4 < 2 ? {} : { bbox }), ...(seed % 4 === 3 ? {} : { segmentation }) };
  });
  return { gt: { ...gt, images, annotations }, dets: masked as Detections, params, iouType: seed % 4 === 1 ? "bbox" : "segm" };
}

function around([x, y, w, h]: readonly number[], random: () => number): number[][] {
  const kind = Math.floor(random() * 4);
  if (kind === 0) return [[x, y, x, y + h, x + w, y + h, x + w, y]];
  if (kind === 1) return [[x + w / 2, y, x + w, y + h / 2, x + w / 2, y + h, x, y + h / 2]];
  if (kind === 2) return [[x, y, x + w, y + h / 3, x + w / 4, y + h]];
  return [[x, y, x + w / 2, y, x + w / 2, y + h, x, y + h], [x + w / 3, y + h / 3, x + w, y + h / 3, x + w, y + h, x + w / 3, y + h]];
}
