import { readFileSync } from "node:fs";
import { z } from "zod";
import { oneLine, parseJson } from "../weights/parse-json";

const numbers = z.array(z.number());
const stats = z.object({ shape: numbers, mean: z.number(), std: z.number(), absmax: z.number(), first: numbers, mid: numbers, last: numbers, channel_mean_first8: numbers.nullable() });
const detections = z.object({ score_thresh: z.number(), nms_thresh: z.number(), detections_per_img: z.number(), topk_candidates: z.number(), count: z.number(), boxes: z.array(numbers.length(4)), scores: numbers, labels: numbers });

/** What test/fixtures/zsq/torchvision/generate.py writes; other entries are left alone. */
const schema = z.object({
  recipe: z.object({ num_classes: z.int(), image_seed: z.int(), image_hw: z.tuple([z.int(), z.int()]), n_params: z.int() }),
  image: z.object({ sum: z.number(), first8: numbers }),
  weight_samples: z.record(z.string(), z.object({ shape: numbers, first4: numbers, sum: z.number() })),
  body: z.record(z.string(), stats),
  bn_loss: z.object({ layers: z.int(), mean_sum: z.number(), std_sum: z.number() }),
  bn_input_stats: z.record(z.string(), z.object({ mean_first4: numbers, var_unbiased_first4: numbers })),
  fpn: z.record(z.string(), stats),
  cls_logits: stats,
  bbox_regression: stats,
  anchors: z.object({ count: z.int(), first9: z.array(numbers), last9: z.array(numbers) }),
  detections_native: z.array(detections),
  transform_800_1333: z.object({ image_size: z.tuple([z.int(), z.int()]), padded_shape: numbers, tensor: stats }),
  detections_800_1333: z.array(detections),
});

/** Expected outputs of torchvision's detector on a drawn image. */
export type ParityFixture = z.output<typeof schema>;
/** A tensor of the fixture, in torch's order [n, c, h, w]. */
export type TensorStats = z.output<typeof stats>;
export type FixtureDetections = z.output<typeof detections>;

/** Reads a fixture. Throws one line that names file and place if it is missing or another file. */
export function readParityFixture(path: string): ParityFixture {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`readParityFixture: missing ${path}: ${oneLine((error as Error).message)}; expected a torchvision fixture`);
  }
  return parseJson(schema, text, "readParityFixture", path);
}

/**
 * The fixture's image, [h, w, 3] in [0, 1]: a ramp plus noise of a linear congruential generator, as multiples of 1 / 510
 * so that every language draws the same.
 */
export function parityImage(seed: number, height: number, width: number): Float32Array {
  const image = new Float32Array(height * width * 3);
  let state = seed >>> 0;
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        image[(y * width + x) * 3 + c] = (((x * 5 + y * 3 + c * 40) % 256) + (state >>> 24)) / 510;
      }
    }
  }
  return image;
}
