/*
 * std::mt19937_64 (C++ standard, [rand.predef]; Matsumoto and Nishimura 2004), on halves of 32 bits, since JavaScript has
 * no fast integers of 64. Constants are the standard's.
 */
const N = 312;
const M = 156;

/** The generator's state: 312 words of 64 bits as two halves, and the place of the next one. */
export type MtState = { high: Int32Array; low: Int32Array; at: number };

/** std::mt19937_64. `next()` leaves a draw in `high` and `low`, each an unsigned integer of 32 bits. */
export class Mt64 {
  high = 0;
  low = 0;
  readonly #high = new Int32Array(N);
  readonly #low = new Int32Array(N);
  #at = N;

  /** Starts the generator from an unsigned integer of 32 bits. */
  seed(seed: number): void {
    const [high, low] = [this.#high, this.#low];
    high[0] = 0;
    low[0] = seed;
    for (let i = 1; i < N; i += 1) {
      const h = high[i - 1]! >>> 0;
      // x ^ (x >> 62) touches the lowest two bits alone.
      const l = (low[i - 1]! ^ (h >>> 30)) >>> 0;
      const product = multiply64(h, l, 0x5851f42d, 0x4c957f2d);
      const sum = product.low + i;
      low[i] = sum;
      high[i] = product.high + (sum > 0xffffffff ? 1 : 0);
    }
    this.#at = N;
  }

  /** Draws 64 bits into `high` and `low`. */
  next(): void {
    if (this.#at === N) this.#twist();
    let h = this.#high[this.#at]!;
    let l = this.#low[this.#at]!;
    this.#at += 1;
    const h1 = h ^ ((h >>> 29) & 0x55555555);
    l ^= ((l >>> 29) | (h << 3)) & 0x55555555;
    h = h1;
    const h2 = h ^ (((h << 17) | (l >>> 15)) & 0x71d67fff);
    l ^= (l << 17) & 0xeda60000;
    h = h2 ^ ((l << 5) & 0xfff7eee0);
    l ^= h >>> 11;
    this.high = h >>> 0;
    this.low = l >>> 0;
  }

  /** A copy of the state, for what C++ does to a generator that it was given by value. */
  save(): MtState {
    return { high: this.#high.slice(), low: this.#low.slice(), at: this.#at };
  }

  /** Puts a saved state back. */
  restore(state: MtState): void {
    this.#high.set(state.high);
    this.#low.set(state.low);
    this.#at = state.at;
  }

  #twist(): void {
    const [high, low] = [this.#high, this.#low];
    for (let i = 0; i < N; i += 1) {
      const next = i + 1 < N ? i + 1 : 0;
      const far = i + M < N ? i + M : i + M - N;
      const h = high[i]!;
      const l = (low[i]! & 0x80000000) | (low[next]! & 0x7fffffff);
      const odd = -(l & 1);
      high[i] = high[far]! ^ (h >>> 1) ^ (odd & 0xb5026f5a);
      low[i] = low[far]! ^ ((l >>> 1) | (h << 31)) ^ (odd & 0xa96619e9);
    }
    this.#at = 0;
  }
}

/** The upper half of a product of two unsigned integers of 32 bits, by halves of 16 that a double holds exactly. */
export function multiplyHigh(a: number, b: number): number {
  const carry = Math.floor((a * (b & 0xffff)) / 65536);
  return Math.floor((a * (b >>> 16) + carry) / 65536);
}

/** The lower 64 bits of a product of two unsigned integers of 64 bits, given as halves. */
function multiply64(aHigh: number, aLow: number, bHigh: number, bLow: number): { high: number; low: number } {
  const high = multiplyHigh(aLow, bLow) + (Math.imul(aLow, bHigh) >>> 0) + (Math.imul(aHigh, bLow) >>> 0);
  return { high: high % 4294967296, low: Math.imul(aLow, bLow) >>> 0 };
}
