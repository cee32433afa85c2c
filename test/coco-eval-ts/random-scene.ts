import type { Annotation, Detection, EvaluateOptions, GroundTruth } from "coco-eval-ts";

/** Input of one evaluation. */
export interface Scene {
  gt: GroundTruth;
  dets: Detection[];
  params: EvaluateOptions;
}

type Random = () => number;

/** The random scene of a seed; equal to random_scene in test/fixtures/coco/generate.py, line by line. */
export function randomScene(seed: number): Scene {
  const random = mulberry32(seed), below = (n: number): number => Math.floor(random() * n);
  const grid = [0, 1, 10][below(3)], levels = [4, 20, 1000000][below(3)];
  const snap = (values: number[]): number[] => (grid ? values.map((v) => Math.floor(v / grid) * grid) : values);
  const box = (): number[] => snap([random() * 90, random() * 90, 1 + random() * 110, 1 + random() * 110]);
  const imageCount = 1 + below(5), categories = 1 + below(4), category = (): number => 2 * below(categories), score = (): number => below(levels) / levels;
  const ids = new Set(Array.from({ length: imageCount }, (_, n) => 3 * ((n * 7) % imageCount) + Math.floor(n / 3)));
  const images = [...ids].sort((a, b) => b - a).map((id) => ({ id }));
  const first = [1, -3, 0][below(3)], annotations: Annotation[] = [], dets: Detection[] = [];
  for (const { id: image_id } of images) {
    for (let n = below(8); n > 0; n--) {
      const b = box(), area = b[2] * b[3] * (random() < 0.5 ? 1 : random());
      const category_id = category(), iscrowd = random() < 0.12 ? 1 : 0;
      annotations.push({ id: first + annotations.length, image_id, category_id, bbox: b, area, iscrowd });
      for (let m = below(4); m > 0; m--) {
        const bbox = snap([b[0] + (random() - 0.5) * 12, b[1] + (random() - 0.5) * 12, b[2] * (0.75 + random() / 2), b[3] * (0.75 + random() / 2)]);
        dets.push({ image_id, category_id: random() < 0.9 ? category_id : category(), bbox, score: score() });
      }
    }
    for (let n = below(5); n > 0; n--) dets.push({ image_id, category_id: category(), bbox: box(), score: score() });
  }
  if (annotations.length > 0 && random() < 0.1) {
    const id = annotations[below(annotations.length)].id; // Python evaluates the right side first
    annotations[below(annotations.length)].id = id;
  }
  for (let n = dets.length - 1; n > 0; n--) {
    const other = below(n + 1);
    [dets[n], dets[other]] = [dets[other], dets[n]];
  }
  const gt = { images, categories: Array.from({ length: categories }, (_, c) => ({ id: 2 * c })), annotations };
  return { gt, dets, params: randomParams(random, categories, images) };
}

function randomParams(random: Random, categories: number, images: readonly { id: number }[]): EvaluateOptions {
  const below = (n: number): number => Math.floor(random() * n), params: EvaluateOptions = {};
  const many = (most: number, element: () => number): number[] => Array.from({ length: 1 + below(most) }, element);
  if (random() < 0.25) params.iouThrs = many(5, () => below(21) / 20);
  if (random() < 0.25) params.maxDets = [1 + below(5), 1 + below(5), 100];
  if (random() < 0.25) params.useCats = 0;
  if (random() < 0.2) params.catIds = many(3, () => 2 * below(categories));
  if (random() < 0.2) params.imgIds = images.filter(() => random() < 0.7).map(({ id }) => id);
  if (random() < 0.2) {
    const low = below(2000), high = 2000 + below(4000);
    params.areaRng = [[0, 1e10], [0, low], [low, high], [high, 1e10]];
  }
  if (random() < 0.15) params.recThrs = many(6, () => below(11) / 10);
  return params;
}

// the package's own generator is not public; this one is part of the fixture
export function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
