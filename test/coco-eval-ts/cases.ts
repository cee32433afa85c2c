import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import type { Detection, EvaluateOptions, GroundTruth } from "coco-eval-ts";
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
  recall: number[];
  per_category: { cat_ids: number[]; ap: number[]; ap50: number[]; ar: number[] };
  precision_rows: number[][];
  matches?: unknown[];
}

/** The twelve original cases, one a file. */
export const originalCases = (): Case[] => readdirSync(fixture("coco")).filter((file) => /^\d\d-.*\.json$/.test(file)).map((file) => readFixture<Case>("coco", file));

/** SHA-256 of doubles, little-endian. */
export const sha256 = (values: Float64Array): string => createHash("sha256").update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).digest("hex");

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
