/*
 * How R's ranger breaks a tie between classes with a seed: mostFrequentValue (src/utility.cpp) lists the classes with the most
 * votes in the order in which a std::unordered_map<double, size_t> is walked, and draws one of them by a
 * std::uniform_int_distribution from a copy of the forest's std::mt19937_64. It is a copy, so that every tie of a request
 * starts from the seed: neither the rows before nor the number of threads matter. Both containers are libstdc++'s on a
 * 64-bit machine, as R's packages for Linux are built.
 */

const MASK = (1n << 64n) - 1n;
const WORDS = 312;

/** The numbers of std::mt19937_64 (C++ standard, [rand.predef]), from 0 to 2^64 - 1. */
export function* mersenneTwister64(seed: number): Generator<bigint, never> {
  const state = [BigInt(seed)];
  for (let at = 1; at < WORDS; at += 1) {
    const before = state[at - 1] as bigint;
    state.push((6364136223846793005n * (before ^ (before >> 62n)) + BigInt(at)) & MASK);
  }
  for (;;) {
    for (let at = 0; at < WORDS; at += 1) {
      const joined = ((state[at] as bigint) & 0xffffffff80000000n) | ((state[(at + 1) % WORDS] as bigint) & 0x7fffffffn);
      const twisted = (joined >> 1n) ^ (joined & 1n ? 0xb5026f5aa96619e9n : 0n);
      state[at] = (state[(at + 156) % WORDS] as bigint) ^ twisted;
      let word = state[at] as bigint;
      word ^= (word >> 29n) & 0x5555555555555555n;
      word ^= (word << 17n) & 0x71d67fffeda60000n;
      word ^= (word << 37n) & 0xfff7eee000000000n;
      yield word ^ (word >> 43n);
    }
  }
}

/** A whole number from 0 to count - 1, as libstdc++'s std::uniform_int_distribution<size_t> draws it (Lemire's method). */
function drawBelow(count: number, seed: number): number {
  const words = mersenneTwister64(seed);
  const range = BigInt(count);
  const rejected = ((1n << 64n) - range) % range;
  for (;;) {
    const product = words.next().value * range;
    if ((product & MASK) >= rejected) return Number(product >> 64n);
  }
}

/** libstdc++'s std::hash<double>: 0 for a zero, else MurmurHash of the eight bytes (hash_bytes.cc). */
export function hashDouble(value: number): bigint {
  if (value === 0) return 0n;
  const factor = 0xc6a4a7935bd1e995n;
  const mixed = (hash: bigint) => hash ^ (hash >> 47n);
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;
  let hash = 0xc70f6907n ^ ((8n * factor) & MASK);
  hash ^= (mixed((bits * factor) & MASK) * factor) & MASK;
  hash = (hash * factor) & MASK;
  return mixed((mixed(hash) * factor) & MASK);
}

/** The numbers of buckets that libstdc++'s _Prime_rehash_policy goes through as keys come one by one. More classes than that have no place in R either. */
const BUCKETS = [13, 29, 59, 127, 257, 541, 1109, 2357, 5087, 10273, 20753, 42043, 85229, 172933, 351061, 712697];

/**
 * The keys in the order in which a std::unordered_map is walked after they were put in one by one: a key goes before the
 * others of its bucket, and the first of a bucket before all; at each growth all keys are put in anew, in their order.
 */
export function walkOrder(keys: readonly number[], hash: (key: number) => bigint = hashDouble): number[] {
  let growths = 0;
  let buckets = BUCKETS[growths]!;
  // Buckets in the order of their first key, and the keys of each in the order they came: both are walked from the end.
  let filled = new Map<bigint, number[]>();
  const put = (key: number) => {
    const bucket = hash(key) % BigInt(buckets);
    const keys = filled.get(bucket);
    if (keys) keys.push(key);
    else filled.set(bucket, [key]);
  };
  const walk = () => [...filled.values()].reverse().flatMap((keys) => keys.reverse());
  keys.forEach((key, at) => {
    if (at === buckets) {
      const order = walk();
      growths += 1;
      buckets = BUCKETS[growths]!;
      filled = new Map();
      for (const before of order) put(before);
    }
    put(key);
  });
  return walk();
}

/** Breaks ties: gives the class (by its code) that R draws; `voted` has every class with a vote once, in the order of the first vote. */
export type BreakTie = (voted: number[], tied: ReadonlySet<number>) => number;

/** R's choice with a seed. What is drawn depends on the number of classes that tie alone, and is kept. */
export function tieBreaker(seed: number): BreakTie {
  const draws = new Map<number, number>();
  const hashes = new Map<number, bigint>();
  const hashed = (key: number) => {
    let hash = hashes.get(key);
    if (hash === undefined) {
      hash = hashDouble(key);
      hashes.set(key, hash);
    }
    return hash;
  };
  return (voted, tied) => {
    let draw = draws.get(tied.size);
    if (draw === undefined) {
      draw = drawBelow(tied.size, seed);
      draws.set(tied.size, draw);
    }
    return walkOrder(voted, hashed).filter((code) => tied.has(code))[draw] as number;
  };
}
