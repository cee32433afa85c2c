import { join, resolve } from "node:path";
import type { ProfileName, ScaleName } from "../study/profiles";
import { repositoryRoot } from "../study/repository";

/** What a notebook of the study is run with. */
export interface NotebookOptions {
  profile: ProfileName;
  scale: ScaleName;
  seed: number;
  /** folder of outputs, absolute */
  out: string;
}

const PROFILES: readonly ProfileName[] = ["embedded", "paper"];
const SCALES: readonly ScaleName[] = ["smoke", "default", "full"];

/**
 * The options of a notebook: those that it states itself, unless ZSQ_PROFILE, ZSQ_SCALE, ZSQ_SEED or ZSQ_OUT say otherwise,
 * as `npm run reproduce -- --scale smoke` makes them do.
 *
 * - **profile** – defaults to "embedded"; **scale** – to "default"; **seed** – an integer from 0 to 10^9, to 1; **out** – to `out` in the repository
 *
 * Throws if one is unknown or invalid.
 *
 * @example studyOptions({ scale: "smoke" }) // { profile: "embedded", scale: "smoke", seed: 1, out: "…/out" }
 */
export function studyOptions(stated: Partial<NotebookOptions> = {}, env: Readonly<Record<string, string | undefined>> = process.env): NotebookOptions {
  const seed = env.ZSQ_SEED || String(stated.seed ?? 1);
  if (!/^\d+$/.test(seed) || Number(seed) > 1e9) throw new Error(`studyOptions: invalid seed: ${seed}; expected an integer from 0 to 1000000000`);
  return {
    profile: oneOf("profile", env.ZSQ_PROFILE || (stated.profile ?? "embedded"), PROFILES),
    scale: oneOf("scale", env.ZSQ_SCALE || (stated.scale ?? "default"), SCALES),
    seed: Number(seed),
    out: resolve(env.ZSQ_OUT || (stated.out ?? join(repositoryRoot(), "out"))),
  };
}

function oneOf<T extends string>(what: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found === undefined) throw new Error(`studyOptions: unknown ${what}: ${value}; expected one of ${known.join(", ")}`);
  return found;
}
