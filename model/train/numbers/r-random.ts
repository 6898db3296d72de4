/*
 * R's default generator: Mersenne Twister of 32 bits, seeded by set.seed() (src/main/RNG.c of R), and what ranger's R code
 * draws from it: runif() and sample() with R 3.6's rejection sampling.
 */
const N = 624;
const M = 397;

/** R's random numbers after `set.seed(seed)`. `seed` is an integer of 32 bits, as in R. */
export class RRandom {
  readonly #state = new Int32Array(N);
  #at = N;

  constructor(seed: number) {
    let scrambled = seed | 0;
    for (let step = 0; step < 50; step += 1) scrambled = congruence(scrambled);
    // R keeps the place in the table as its first number, and so the first draw is not part of the table.
    scrambled = congruence(scrambled);
    for (let at = 0; at < N; at += 1) {
      scrambled = congruence(scrambled);
      this.#state[at] = scrambled;
    }
  }

  /** unif_rand(): a double between 0 and 1, neither of them. */
  uniform(): number {
    if (this.#at === N) this.#twist();
    let y = this.#state[this.#at]!;
    this.#at += 1;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    const drawn = (y >>> 0) * 2.3283064365386963e-10;
    if (drawn <= 0) return 0.5 * 2.328306437080797e-10;
    return 1 - drawn <= 0 ? 1 - 0.5 * 2.328306437080797e-10 : drawn;
  }

  /** The seed that ranger takes where it is given none: runif(1, 0, .Machine$integer.max), cut to an unsigned integer. */
  rangerSeed(): number {
    return Math.floor(this.uniform() * 2147483647);
  }

  /** sample(1:n, n), counted from 0. */
  permutation(n: number): Uint32Array {
    const left = Uint32Array.from({ length: n }, (_, at) => at);
    const out = new Uint32Array(n);
    for (let at = 0; at < n; at += 1) {
      const drawn = this.#index(n - at);
      out[at] = left[drawn]!;
      left[drawn] = left[n - at - 1]!;
    }
    return out;
  }

  /** R_unif_index(): an integer below `range`, by drawing as many bits as it has and rejecting what is too large. */
  #index(range: number): number {
    const bits = Math.ceil(Math.log2(range));
    for (;;) {
      let value = 0;
      for (let drawn = 0; drawn <= bits; drawn += 16) value = 65536 * value + Math.floor(this.uniform() * 65536);
      const kept = bits < 53 ? value % 2 ** bits : value;
      if (kept < range) return kept;
    }
  }

  #twist(): void {
    const state = this.#state;
    for (let at = 0; at < N; at += 1) {
      const y = (state[at]! & 0x80000000) | (state[(at + 1) % N]! & 0x7fffffff);
      state[at] = state[(at + M) % N]! ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.#at = 0;
  }
}

/** One step of the linear congruence that R scrambles a seed with. */
function congruence(seed: number): number {
  return (Math.imul(69069, seed) + 1) | 0;
}
