import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { parseJson, type Detection, type EvaluateOptions, type GroundTruth, type IouType } from "coco-eval-ts";
import { fixture, readFixture } from "../helpers/fixture";

/** A case with what pycocotools gave for it. */
export interface Case {
  name: string;
  gt: GroundTruth;
  dets: Detection[];
  params: EvaluateOptions;
  expected: Expected & { error?: string };
}

export interface Expected {
  counts: number[];
  stats: number[];
  stats_hex: string[];
  precision_sha256: string;
  recall_sha256: string;
  scores_sha256: string;
  recall?: number[];
  per_category: { cat_ids: number[]; ap: number[]; ap50: number[]; ar: number[] };
  matches?: { image_id: number; category_id: number }[];
}

/** The twelve original cases, one a file. */
export const originalCases = (): Case[] => readdirSync(fixture("coco")).filter((file) => /^\d\d-.*\.json$/.test(file)).map((file) => readFixture<Case>("coco", file));

/** The cases of generate.py; they hold NaN and Infinity as Python writes them. */
export const edgeCases = (): Case[] => (parseJson(readFileSync(fixture("coco", "edge-cases.json"), "utf8"), "groundTruth", { python: true }) as { cases: Case[] }).cases;

/** A scene of differential.py: boxes, masks or keypoints, ordinary but for the oddities noted. */
export interface OddScene {
  seed: number;
  iouType: IouType;
  notes: string[];
  gt: GroundTruth;
  dets: Detection[];
  params: EvaluateOptions;
  expected: { stats: string[]; precision_sha256: string; recall_sha256: string; scores_sha256: string } | { error: string };
}

/** The scenes of differential.py that are kept. */
export const oddScenes = (): OddScene[] => (parseJson(readFileSync(fixture("coco", "odd-scenes.json"), "utf8"), "groundTruth", { python: true }) as { scenes: OddScene[] }).scenes;

/** Digest of pycocotools' results for the random scene of each seed from 1. */
export const sceneDigests = (): string[] => readFixture<{ digests: string[] }>("coco", "scenes.json").digests;

/** SHA-256 of doubles, little-endian, one array after another. */
export function sha256(...arrays: Float64Array[]): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

/** A double as Python's float.hex writes it. */
export function hex(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0x0.0p+0" : "0x0.0p+0";
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0), exponent = Number((bits >> 52n) & 0x7ffn);
  const power = exponent === 0 ? -1022 : exponent - 1023;
  const digits = (bits & 0xfffffffffffffn).toString(16).padStart(13, "0");
  return `${value < 0 ? "-" : ""}0x${exponent === 0 ? 0 : 1}.${digits}p${power < 0 ? "-" : "+"}${Math.abs(power)}`;
}
