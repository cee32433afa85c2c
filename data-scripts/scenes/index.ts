export { drawScene } from "./scene";
export { prepareScenes } from "./prepare-scenes";
export type { PrepareOptions, PrepareResult } from "./prepare-scenes";
export type { Manifest, PartSummary } from "./store";
export type { CocoFile } from "./coco";
export { contactSheet } from "./contact-sheet";
export type { ContactSheetOptions } from "./contact-sheet";
export { CATEGORIES, CLIP_LENGTH, clipOf, DOMAINS, GENERATOR_VERSION, HEIGHT, SPLITS, WIDTH } from "./types";
export type { Domain, Scene, SceneKey, Split } from "./types";
