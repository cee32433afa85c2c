/** A counter-based random stream: value i depends on (seed, stream, i) alone, never on what was drawn before. */
export class Random {
  private readonly key0: number;
  private readonly key1: number;
  private counter = 0;
  private readonly block = new Uint32Array(4);
  private left = 0;
  private spare = NaN;

  /**
   * - **seed** – integer in [0, 2^53)
   * - **stream** – integer in [0, 2^32): an independent sequence of the same seed, such as the number of an image
   *
   * Source: Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
   */
  constructor(seed: number, private readonly stream = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`Random: invalid seed: ${seed}; expected an integer in [0, 2^53)`);
    if (!Number.isSafeInteger(stream) || stream < 0 || stream > 0xffffffff) throw new RangeError(`Random: invalid stream: ${stream}; expected an integer in [0, 2^32)`);
    this.key0 = seed >>> 0;
    this.key1 = Math.floor(seed / 0x100000000) >>> 0;
  }

  /** The next 32 random bits as an integer in [0, 2^32). */
  uint32(): number {
    if (this.left === 0) {
      philox(this.block, this.counter++, this.stream, this.key0, this.key1);
      this.left = 4;
    }
    return this.block[4 - this.left--];
  }

  /** A double in [low, high), uniform, with 53 random bits. */
  uniform(low = 0, high = 1): number {
    const bits = (this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6);
    return low + (high - low) * (bits / 0x20000000000000);
  }

  /** An integer in [low, high), uniform. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low));
  }

  /** A draw from N(0, 1), by Box and Muller. */
  normal(): number {
    if (!Number.isNaN(this.spare)) {
      const value = this.spare;
      this.spare = NaN;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** One of the items; with weights (any positive scale), in their proportion. */
  choice<T>(items: readonly T[], weights?: readonly number[]): T {
    if (!weights) return items[this.integer(0, items.length)];
    let left = this.uniform() * weights.reduce((sum, w) => sum + w, 0);
    for (let i = 0; i < items.length - 1; i++) {
      left -= weights[i];
      if (left < 0) return items[i];
    }
    return items[items.length - 1];
  }

  /** The integers 0 .. n-1 in random order (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

/** n draws from N(0, 1) as float32, for one stream of a seed. */
export function normals(seed: number, stream: number, n: number): Float32Array {
  const random = new Random(seed, stream);
  return Float32Array.from({ length: n }, () => random.normal());
}

function philox(out: Uint32Array, counter: number, stream: number, key0: number, key1: number): void {
  let c0 = counter >>> 0, c1 = Math.floor(counter / 0x100000000) >>> 0, c2 = stream >>> 0, c3 = 0;
  for (let round = 0; round < 10; round++) {
    const low0 = Math.imul(0xd2511f53, c0) >>> 0, high0 = multiplyHigh(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2) >>> 0, high1 = multiplyHigh(0xcd9e8d57, c2);
    c0 = (high1 ^ c1 ^ key0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ key1) >>> 0;
    c3 = low0;
    key0 = (key0 + 0x9e3779b9) >>> 0;
    key1 = (key1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0; out[1] = c1; out[2] = c2; out[3] = c3;
}

// the upper 32 bits of a * b, for unsigned 32-bit a and b
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff, a1 = a >>> 16, b0 = b & 0xffff, b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  return (a1 * b1 + Math.floor((middle + a0 * b1) / 0x10000)) >>> 0;
}
