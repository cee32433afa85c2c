import { DOMAINS, SceneKey, SPLITS } from "./types";

/** Throws `<where>: invalid <what>: <received>; expected <rule>` if the condition does not hold. */
export function check(condition: boolean, where: string, what: string, received: unknown, rule: string): void {
  if (!condition) throw new RangeError(`${where}: invalid ${what}: ${String(received)}; expected ${rule}`);
}

/** Throws unless the value is an integer in [low, high]. */
export function checkInteger(where: string, what: string, value: unknown, low: number, high: number): void {
  const ok = Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high;
  check(ok, where, what, value, `an integer in [${low}, ${high}]`);
}

/** Throws unless the key names an image. */
export function checkKey(where: string, { seed, domain, split, index }: SceneKey): void {
  checkInteger(where, "seed", seed, 0, Number.MAX_SAFE_INTEGER);
  check(DOMAINS.includes(domain), where, "domain", domain, DOMAINS.join(" or "));
  check(SPLITS.includes(split), where, "split", split, SPLITS.join(" or "));
  checkInteger(where, "index", index, 0, 0xffffff);
}
