import { rm } from "node:fs/promises";
import { join } from "node:path";
import { checksum, CocoFile, fromCoco, toChecksums, toCoco } from "./coco";
import { list, makeFolder, parseIfValid, readIfPresent, sweep, writeAtomically } from "./files";
import { imageName, Part, SceneRecord, sha256 } from "./record";
import { CATEGORIES, GENERATOR_VERSION } from "./types";

const AT_ONCE = 64; // files that are open together

/** What the manifest says about a part. */
export interface PartSummary {
  images: number;
  annotations: number;
  /** number of annotations of each category */
  categories: Record<string, number>;
  /** SHA-256 over pixels and boxes, the same everywhere */
  sha256: string;
  /** SHA-256 of the two files that describe the part, by name */
  files: Record<string, string>;
}

/** The content of manifest.json. */
export interface Manifest {
  generator: "scenes";
  version: number;
  seed: number;
  /** by domain and split, such as "visible/train" */
  parts: Record<string, PartSummary>;
}

/** The name of a part in the manifest, such as "visible/train". */
export const partName = ({ domain, split }: Part): string => `${domain}/${split}`;

/** A data set on disk: images, COCO files, a manifest, and the journal of a run that is not complete. */
export class Store {
  constructor(readonly out: string, readonly seed: number) {}

  /** Reads the manifest; an empty one if there is none. Throws if the folder holds another seed or version. */
  async manifest(): Promise<Manifest> {
    const empty: Manifest = { generator: "scenes", version: GENERATOR_VERSION, seed: this.seed, parts: {} };
    const read = parseIfValid(await readIfPresent(join(this.out, "manifest.json"))) as Manifest | null | undefined;
    const found = read?.parts ? read : empty; // a damaged manifest is written anew
    for (const what of ["generator", "version", "seed"] as const) {
      if (found[what] !== empty[what]) throw new Error(`prepareScenes: invalid out: ${this.out} holds ${what} ${found[what]}; expected ${what} ${empty[what]}; try another folder`);
    }
    return found;
  }

  /** The records of a part whose image files are there and undamaged, by number. */
  async intact(part: Part, summary: PartSummary | undefined): Promise<Map<number, SceneRecord>> {
    await makeFolder(join(this.out, part.domain, part.split));
    await sweep(join(this.out, part.domain, part.split));
    await sweep(join(this.out, part.domain));
    const known = [...(summary ? await this.described(part, summary) : []), ...(await this.journal(part))];
    const records = new Map<number, SceneRecord>();
    const verify = async (record: SceneRecord): Promise<void> => {
      const data = await readIfPresent(this.imagePath(part, record.index));
      if (data && sha256(data) === record.file) records.set(record.index, record);
    };
    for (let i = 0; i < known.length; i += AT_ONCE) await Promise.all(known.slice(i, i + AT_ONCE).map(verify));
    return records;
  }

  /** Adds the records of images that were just written to the journal. */
  async note(part: Part, records: readonly SceneRecord[]): Promise<void> {
    const content = { version: GENERATOR_VERSION, seed: this.seed, records };
    await writeAtomically(join(this.journalFolder(part), `${String(records[0].index).padStart(6, "0")}.json`), JSON.stringify(content));
  }

  /** Writes the COCO file and the checksums of a complete part and says what the manifest is to say about it. */
  async describe(part: Part, records: readonly SceneRecord[]): Promise<PartSummary> {
    const coco = toCoco(this.seed, part, records), count = (id: number): number => coco.annotations.filter((a) => a.category_id === id).length;
    const texts: Record<string, string> = { [`${part.split}.json`]: JSON.stringify(coco) + "\n", [`${part.split}.sha256`]: toChecksums(part, records) };
    for (const [name, text] of Object.entries(texts)) {
      const path = join(this.out, part.domain, name), old = await readIfPresent(path);
      if (old?.toString("utf8") !== text) await writeAtomically(path, text);
    }
    return {
      images: records.length, annotations: coco.annotations.length,
      categories: Object.fromEntries(CATEGORIES.map(({ id, name }) => [name, count(id)])), sha256: checksum(records),
      files: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, sha256(text)])),
    };
  }

  /** Puts complete parts into the manifest, in a fixed order, removes their journals, and returns the manifest. */
  async finish(complete: ReadonlyMap<Part, PartSummary>): Promise<Manifest> {
    const before = await this.manifest(), added = [...complete].map(([part, summary]) => [partName(part), summary] as const);
    const parts = Object.entries({ ...before.parts, ...Object.fromEntries(added) }).sort(([a], [b]) => (a < b ? -1 : 1));
    const manifest = { ...before, parts: Object.fromEntries(parts) };
    const text = JSON.stringify(manifest, null, 2) + "\n", path = join(this.out, "manifest.json");
    if ((await readIfPresent(path))?.toString("utf8") !== text) await writeAtomically(path, text);
    for (const part of complete.keys()) await rm(this.journalFolder(part), { recursive: true, force: true });
    if ((await list(join(this.out, ".journal"))).length === 0) await rm(join(this.out, ".journal"), { recursive: true, force: true });
    return manifest;
  }

  imagePath(part: Part, index: number): string {
    return join(this.out, part.domain, imageName(part.split, index));
  }

  private journalFolder(part: Part): string {
    return join(this.out, ".journal", partName(part).replace("/", "-"));
  }

  // records from the files of a complete part, none if either is missing or damaged
  private async described(part: Part, { files }: PartSummary): Promise<SceneRecord[]> {
    const texts = await Promise.all([`${part.split}.json`, `${part.split}.sha256`].map(async (name) => {
      const data = await readIfPresent(join(this.out, part.domain, name));
      return data && sha256(data) === files[name] ? data.toString("utf8") : undefined;
    }));
    return texts[0] !== undefined && texts[1] !== undefined ? fromCoco(JSON.parse(texts[0]) as CocoFile, texts[1]) : [];
  }

  private async journal(part: Part): Promise<SceneRecord[]> {
    const folder = this.journalFolder(part), records: SceneRecord[] = [];
    for (const name of await list(folder)) {
      const page = parseIfValid(await readIfPresent(join(folder, name))) as { version: number; seed: number; records: SceneRecord[] } | undefined;
      if (page?.version === GENERATOR_VERSION && page.seed === this.seed) records.push(...page.records);
    }
    return records;
  }
}
