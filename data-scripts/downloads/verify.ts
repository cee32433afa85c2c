import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "zsq/dist/weights/atomic-write";
import { sha256OfFile } from "zsq/dist/weights/checksum";
import { checkImages } from "./images";
import { countByCategory, type Split } from "./split";

/** What was found of one split. */
export interface SplitReport {
  name: string;
  annotationFile: string;
  images: { expected: number; listed: number; present: number; missing: string[]; wrong: { file: string; reason: string }[]; changed: string[] };
  annotations: { expected: number | null; listed: number; kept: number; byCategory: Record<string, number>; dropped: Record<string, number> };
  /** of the annotation file, and over the names and checksums of all images in order */
  sha256: { annotations: string; images: string };
  complete: boolean;
}

/** See verifySplits. */
export interface VerifyOptions {
  /** folder for the prepared annotation files and checksums */
  out: string;
  bits?: 8 | 16;
  onProgress?: (name: string, done: number, total: number) => void;
}

/**
 * Verifies splits of a download against the published counts, image by image, and writes for each that is complete
 * `<out>/<name>.json`, annotations in COCO's format that point to the images where they lie, and `<out>/<name>.sha256`, the
 * checksum of every image (for `sha256sum --check`, in the folder of the images). Images are never copied or changed.
 *
 * A split that was verified before is also compared with its recorded checksums: files that differ are listed as changed, and
 * the record is kept. Returns a report per split.
 */
export async function verifySplits(splits: readonly Split[], { out, bits = 8, onProgress }: VerifyOptions): Promise<SplitReport[]> {
  const reports: SplitReport[] = [];
  for (const split of splits) {
    const { name, coco, expected, found, annotations } = split;
    const { missing, wrong, sha256 } = await checkImages(split, bits, (done, total) => onProgress?.(name, done, total));
    const sums = [...sha256].map(([file, hash]) => `${hash}  ${file}\n`).join(""), record = join(out, `${name}.sha256`), changed = changedFiles(record, sha256);
    const complete = !missing.length && !wrong.length && !changed.length && found.images === expected.images && (expected.annotations === undefined || found.annotations === expected.annotations);
    if (complete) {
      writeFileAtomic(join(out, `${name}.json`), `${JSON.stringify(coco)}\n`);
      writeFileAtomic(record, sums);
    }
    reports.push({
      name, annotationFile: annotations, complete,
      images: { expected: expected.images, listed: found.images, present: sha256.size, missing, wrong, changed },
      annotations: { expected: expected.annotations ?? null, listed: found.annotations!, kept: coco.annotations.length, byCategory: countByCategory(coco), dropped: split.dropped },
      sha256: { annotations: sha256OfFile(annotations), images: createHash("sha256").update(sums).digest("hex") },
    });
  }
  return reports;
}

// files whose checksum is another than the recorded one
function changedFiles(record: string, sha256: ReadonlyMap<string, string>): string[] {
  if (!existsSync(record)) return [];
  const known = new Map(readFileSync(record, "utf8").split("\n").filter(Boolean).map((line) => [line.slice(66), line.slice(0, 64)]));
  return [...sha256].filter(([file, hash]) => known.has(file) && known.get(file) !== hash).map(([file]) => file);
}

/** A report for people: counts, and the first few of whatever is missing or wrong. */
export function describeReport({ name, complete, images, annotations, sha256 }: SplitReport): string {
  const some = (files: readonly string[]): string => `${files.slice(0, 3).join(", ")}${files.length > 3 ? ` and ${files.length - 3} more` : ""}`;
  const counts = (values: Record<string, number>): string => Object.entries(values).filter(([, n]) => n > 0).map(([key, n]) => `${key} ${n}`).slice(0, 6).join(", ");
  return [
    `${name}: ${complete ? "complete" : "NOT COMPLETE"}`,
    `  images      ${images.present} of ${images.expected} there${images.listed === images.expected ? "" : `; the annotations list ${images.listed}`}`,
    ...(images.missing.length ? [`  missing     ${images.missing.length}: ${some(images.missing)}`] : []),
    ...(images.wrong.length ? [`  wrong       ${images.wrong.length}: ${some(images.wrong.map(({ file, reason }) => `${file} (${reason})`))}`] : []),
    ...(images.changed.length ? [`  changed     ${images.changed.length} since they were recorded: ${some(images.changed)}`] : []),
    `  annotations ${annotations.listed}${annotations.expected === null ? "" : ` of ${annotations.expected}`}, ${annotations.kept} kept (${counts(annotations.byCategory)})${Object.keys(annotations.dropped).length ? `, left out: ${counts(annotations.dropped)}` : ""}`,
    `  sha256      ${sha256.images} (images), ${sha256.annotations} (annotations)`,
  ].join("\n");
}
