import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sweepTemporaries, writeFileAtomic } from "../weights/atomic-write";
import { sha256OfFile } from "../weights/checksum";
import { readSafetensors, writeSafetensors, type NamedArray } from "../weights/safetensors";
import { canonicalJson, sha256, type Json } from "./canonical-json";
import { repositoryRoot } from "./repository";

/** What a computation gave: a small JSON value and, if it is about images or detections, float32 arrays by name. */
export interface CachedResult {
  value: Json;
  tensors?: ReadonlyMap<string, NamedArray>;
  /** strings that the file of the arrays holds besides; written, not read back */
  metadata?: ReadonlyMap<string, string>;
}

/** One stored result as it lies in `<key>.json`; `sha256` is that of the canonical text of all the rest. */
interface Entry {
  schema: 1;
  key: string;
  description: Json;
  value: Json;
  /** SHA-256 of `<key>.safetensors`, or null if there are no arrays */
  tensors: string | null;
  sha256: string;
}

/** The key of a result: SHA-256 of the canonical text of everything that determines it. */
export const cacheKey = (description: Json): string => sha256(canonicalJson(description));

/** Folder of cached results: ZSQ_CACHE, or .zsq/cache in the repository. */
export const cacheFolder = (): string => process.env.ZSQ_CACHE || join(repositoryRoot(), ".zsq", "cache");

/**
 * Results by the SHA-256 of what determines them. An entry whose checksum does not hold counts as absent: what is
 * damaged is computed again, never believed. Several processes may use one folder.
 */
export class ResultCache {
  /** - **folder** – defaults to cacheFolder() */
  constructor(readonly folder = cacheFolder()) {}

  /** Removes what interrupted processes left half-written. */
  sweep(): void {
    if (!existsSync(this.folder)) return;
    for (const item of readdirSync(this.folder, { withFileTypes: true })) if (item.isDirectory()) sweepTemporaries(join(this.folder, item.name));
  }

  /** The result with that key if it is there and whole, else null. */
  read(key: string): CachedResult | null {
    const entry = this.intact(key);
    if (!entry) return null;
    return { value: entry.value, ...(entry.tensors !== null && { tensors: readSafetensors(this.tensorPath(key)).tensors }) };
  }

  /** The JSON value of the result with that key, without its arrays. Null as read(key). */
  value(key: string): Json | null {
    return this.intact(key)?.value ?? null;
  }

  /** Whether read(key) would find a result. */
  has(key: string): boolean {
    return this.intact(key) !== null;
  }

  /** Whether there is an entry that read(key) would refuse. */
  isDamaged(key: string): boolean {
    return (existsSync(this.path(key, "json")) || existsSync(this.tensorPath(key))) && !this.has(key);
  }

  /** Where the value of a result is, or will be, as a JSON file. */
  entryPath(key: string): string {
    return this.path(key, "json");
  }

  /** Stores the result of what `description` determines; returns its key. Arrays first, so that no entry ever lacks them. */
  write(description: Json, { value, tensors, metadata }: CachedResult): string {
    const key = cacheKey(description);
    const path = this.path(key, "json"), tensorPath = this.tensorPath(key);
    if (tensors) writeSafetensors(tensorPath, tensors, metadata);
    const entry = { schema: 1 as const, key, description, value, tensors: tensors ? sha256OfFile(tensorPath) : null };
    writeFileAtomic(path, `${canonicalJson({ ...entry, sha256: sha256(canonicalJson(entry)) })}\n`);
    return key;
  }

  /** Forgets a result. */
  remove(key: string): void {
    for (const path of [this.path(key, "json"), this.tensorPath(key)]) rmSync(path, { force: true });
  }

  /** Where the arrays of a result are, or will be, as a safetensors file. */
  tensorPath(key: string): string {
    return this.path(key, "safetensors");
  }

  /** Where a long task may keep its state until its result is stored. */
  statePath(key: string): string {
    return this.path(key, "state");
  }

  private path(key: string, ending: string): string {
    return join(this.folder, key.slice(0, 2), `${key}.${ending}`);
  }

  private intact(key: string): Entry | null {
    try {
      const text = readFileSync(this.path(key, "json"), "utf8");
      const { sha256: checksum, ...rest } = JSON.parse(text) as Entry;
      if (`${canonicalJson({ ...rest, sha256: checksum })}\n` !== text) return null;
      if (rest.schema !== 1 || rest.key !== key || sha256(canonicalJson(rest)) !== checksum) return null;
      if (rest.tensors !== null && sha256OfFile(this.tensorPath(key)) !== rest.tensors) return null;
      return { ...rest, sha256: checksum };
    } catch {
      return null; // absent or not JSON
    }
  }
}
