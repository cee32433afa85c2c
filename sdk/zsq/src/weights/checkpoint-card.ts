import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { parseJson } from "./parse-json";

const schema = z.looseObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits"),
  seed: z.number().optional(),
  steps: z.number().optional(),
  seconds: z.number().optional(),
  losses: z.record(z.string(), z.number()).optional(),
  map: z.number().optional(),
});

/** How a checkpoint came to be, in `<name>.json` beside it; other entries are kept as they are. */
export interface CheckpointCard {
  /** of the checkpoint's bytes */
  sha256: string;
  /** of the training */
  seed?: number;
  /** optimizer steps */
  steps?: number;
  /** time spent on them */
  seconds?: number;
  /** at the end, by name */
  losses?: Record<string, number>;
  /** COCO mAP on the validation set, in [0, 1] */
  map?: number;
  [entry: string]: unknown;
}

/** Where the card of a checkpoint lies: weights/visible.safetensors -> weights/visible.json. */
export const cardPath = (checkpointPath: string): string => `${checkpointPath.replace(/\.safetensors$/, "")}.json`;

/** The card of a checkpoint, or null where there is none. Throws one line if it is damaged. */
export function readCard(checkpointPath: string): CheckpointCard | null {
  const path = cardPath(checkpointPath);
  return existsSync(path) ? parseJson(schema, readFileSync(path, "utf8"), "readCard", path) : null;
}
