import type { Random } from "zsq/dist/tensor/random";

/** The bytes cut short, with some inserted, left out or copied from elsewhere, or with one to eight changed; never the same. */
export function mutate(random: Random, whole: Uint8Array): Buffer {
  for (;;) {
    const mutant = damaged(random, whole);
    if (!mutant.equals(whole)) return mutant;
  }
}

function damaged(random: Random, whole: Uint8Array): Buffer {
  const bytes = Buffer.from(whole), at = random.integer(0, bytes.length), length = random.integer(1, 9);
  switch (random.integer(0, 5)) {
    case 0: return bytes.subarray(0, at);
    case 1: return Buffer.concat([bytes.subarray(0, at), Buffer.from(Array.from({ length }, () => random.integer(0, 256))), bytes.subarray(at)]);
    case 2: return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 3: { const from = random.integer(0, bytes.length); bytes.copyWithin(at, from, from + 8 * length); return bytes; }
    default: for (let k = 0; k < length; k++) bytes[random.integer(0, bytes.length)] = random.integer(0, 256); return bytes;
  }
}

const WRONG = ["null", "true", "-1", "0", "1e400", "0.5", "9007199254740993", '""', '"../../etc/passwd"', '"__proto__"', "[]", "{}", "[1,2,3]", '{"__proto__":{"polluted":1}}'];

/** A JSON text with a value replaced, left out, repeated or, half of the time, with damaged bytes. */
export function mutateJson(random: Random, text: string): Buffer {
  if (random.integer(0, 2)) return mutate(random, Buffer.from(text));
  const values = [...text.matchAll(/"[^"]*"|-?\d[\d.]*|\[[^[\]]*\]|\{[^{}]*\}/g)], value = random.choice(values), from = value.index ?? 0;
  const wrong = random.choice([random.choice(WRONG), random.choice(values)[0], `${value[0]},${value[0]}`, ""]);
  return Buffer.from(text.slice(0, from) + wrong + text.slice(from + value[0].length));
}
