// Randomness
export { Random, normals } from "./tensor/random";

// Detectors
export { Architecture, type LayerInfo, type LayerKind } from "./nn/architecture";
export { retinaNetEmbedded, retinaNetR50, type AnchorConfig, type DetectionConfig, type RetinaNetConfig } from "./nn/config";
export { Detector, type Predictor } from "./nn/detector";
export type { HeadOutputs } from "./nn/retinanet";
export type { Weights } from "./nn/weights";
