import { z } from "zod";
import type { RetinaNetConfig } from "../nn/config";

const count = z.int().min(1).max(100_000);
const positive = z.number().positive();
const fraction = z.number().min(0).max(1);
const rgb = z.array(z.number()).length(3);
const stage = z.int().min(0).max(7);

/** A RetinaNetConfig as stored in a checkpoint: only its keys, in sensible ranges, its parts fitting each other. */
export const configSchema = z.strictObject({
  classes: count,
  resnet: z.strictObject({ width: count, blocks: z.array(z.int().min(1).max(1000)).min(1).max(8) }),
  fpn: z.strictObject({ channels: count, stages: z.array(stage).min(1).max(8), extraLevels: z.enum(["p6p7", "none"]) }),
  head: z.strictObject({ convs: z.int().min(0).max(100), groups: count }),
  anchors: z.strictObject({ sizes: z.array(z.array(positive).min(1).max(100)).min(1).max(10), ratios: z.array(positive).min(1).max(100) }),
  image: z.strictObject({ mean: rgb, std: z.array(positive).length(3), resize: z.strictObject({ shorter: count, longer: count }).optional() }),
  detection: z.strictObject({ scoreThreshold: fraction, topK: count, nmsThreshold: fraction, maxDetections: count }),
}).superRefine(({ resnet, fpn, head, anchors }, context) => {
  const check = (fits: boolean, path: PropertyKey[], message: string): void => {
    if (!fits) context.addIssue({ code: "custom", path, message });
  };
  const levels = fpn.stages.length + (fpn.extraLevels === "p6p7" ? 2 : 0);
  check(fpn.stages.every((x, k) => x < resnet.blocks.length && (k === 0 || x > fpn.stages[k - 1])), ["fpn", "stages"], `expected rising stages below ${resnet.blocks.length}`);
  check(fpn.channels % head.groups === 0, ["head", "groups"], `expected a divisor of ${fpn.channels} channels`);
  check(anchors.sizes.length === levels, ["anchors", "sizes"], `expected ${levels} levels`);
  check(anchors.sizes.every((sizes) => sizes.length === anchors.sizes[0].length), ["anchors", "sizes"], "expected equally many sizes at each level");
}) satisfies z.ZodType<RetinaNetConfig>;
