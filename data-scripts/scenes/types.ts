/** Width of every image in pixels. */
export const WIDTH = 160;
/** Height of every image in pixels. */
export const HEIGHT = 128;
/** Consecutive frames of one training clip. */
export const CLIP_LENGTH = 8;
/** Version of the drawing: it changes whenever a pixel or a box of any image changes. */
export const GENERATOR_VERSION = 1;
/** The two ways in which a scene is seen. */
export const DOMAINS = ["visible", "thermal"] as const;
/** The two parts of a data set. */
export const SPLITS = ["train", "val"] as const;
/** The categories of the annotations, as COCO has them. */
export const CATEGORIES = [{ id: 1, name: "person" }, { id: 2, name: "car" }, { id: 3, name: "bicycle" }] as const;

export type Domain = (typeof DOMAINS)[number];
export type Split = (typeof SPLITS)[number];

/** Which image of all possible ones: it depends on these four values alone. */
export interface SceneKey {
  /** integer in [0, 2^53) */
  seed: number;
  domain: Domain;
  split: Split;
  /** number of the image in its split, integer in [0, 2^24) */
  index: number;
}

/** One drawn image and what is to be found in it. */
export interface Scene {
  width: number;
  height: number;
  /** 3 (red, green, blue) for visible, 1 for thermal */
  channels: 1 | 3;
  /** [height, width, channels], row by row */
  pixels: Uint8Array;
  /** [x, y, width, height] of the visible extent of each object, in whole pixels */
  boxes: number[][];
  /** category id of each box: 1 person, 2 car, 3 bicycle */
  labels: number[];
}

/** The clip and the frame in it that an image belongs to; validation images are clips of one frame. */
export function clipOf(split: Split, index: number): { clip: number; frame: number } {
  if (split === "val") return { clip: index, frame: 0 };
  return { clip: Math.floor(index / CLIP_LENGTH), frame: index % CLIP_LENGTH };
}
