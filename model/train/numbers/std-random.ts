import { type Mt64, multiplyHigh } from './mt19937.ts';

/*
 * libstdc++'s distributions over std::mt19937_64, draw for draw (GCC 11 and newer: bits/uniform_int_dist.h, bits/random.tcc,
 * bits/stl_algo.h), and ranger's draws without replacement (src/utility.cpp) on top of them.
 */
const TWO32 = 4294967296;
const TWO64 = 2 ** 64;
/** The greatest double below 1: what generate_canonical gives where rounding made a 1. */
const BELOW_ONE = 1 - 2 ** -53;

/** std::uniform_int_distribution(0, range - 1): Lemire's method on a product of 128 bits. `range` is 1 to 2^53. */
export function uniformInt(random: Mt64, range: number): number {
  if (range >= TWO32) return uniformWide(random, BigInt(range));
  for (let threshold = -1; ; ) {
    random.next();
    const { high, low } = random;
    const middle = (Math.imul(high, range) >>> 0) + multiplyHigh(low, range);
    const rest = Math.imul(low, range) >>> 0;
    const drawn = multiplyHigh(high, range) + (middle >= TWO32 ? 1 : 0);
    // The lower 64 bits of the product are below the range once in 2^32 draws or less.
    if (middle >>> 0 !== 0 || rest >= range) return drawn;
    if (threshold < 0) threshold = Number(2n ** 64n % BigInt(range));
    if (rest >= threshold) return drawn;
  }
}

function uniformWide(random: Mt64, range: bigint): number {
  const threshold = 2n ** 64n % range;
  for (;;) {
    random.next();
    const product = ((BigInt(random.high) << 32n) | BigInt(random.low)) * range;
    if ((product & 0xffffffffffffffffn) >= threshold) return Number(product >> 64n);
  }
}

/** std::generate_canonical<double, 53>: a double from 0 up to, not including, 1. */
export function canonical(random: Mt64): number {
  random.next();
  // The sum is rounded once, as the conversion from 64 bits to a double is.
  const drawn = (random.high * TWO32 + random.low) / TWO64;
  return drawn >= 1 ? BELOW_ONE : drawn;
}

/** std::uniform_real_distribution(low, high). */
export function uniformReal(random: Mt64, low: number, high: number): number {
  return canonical(random) * (high - low) + low;
}

/** std::shuffle of the elements from `start` up to `end`. It draws two places at once while the square of their number fits 64 bits. */
export function shuffle(random: Mt64, list: Uint32Array, start: number, end: number): void {
  const length = end - start;
  if (length === 0) return;
  const swap = (one: number, other: number) => {
    const kept = list[start + one]!;
    list[start + one] = list[start + other]!;
    list[start + other] = kept;
  };
  let at = 1;
  if (length % 2 === 0) {
    swap(at, uniformInt(random, 2));
    at += 1;
  }
  while (at < length) {
    const range = at + 1;
    const drawn = uniformInt(random, range * (range + 1));
    swap(at, Math.floor(drawn / (range + 1)));
    swap(at + 1, drawn % (range + 1));
    at += 2;
  }
}

/** The cumulative shares of std::discrete_distribution for weights; the last is 1. */
export function cumulativeShares(weights: Float64Array): Float64Array {
  let total = 0;
  for (const weight of weights) total += weight;
  const shares = new Float64Array(weights.length);
  let sum = 0;
  weights.forEach((weight, at) => {
    sum = at === 0 ? weight / total : sum + weight / total;
    shares[at] = sum;
  });
  shares[shares.length - 1] = 1;
  return shares;
}

/** A draw of std::discrete_distribution, whose cumulative shares are given: the first place whose share is not below the draw. */
export function discrete(random: Mt64, shares: Float64Array): number {
  if (shares.length < 2) return 0;
  return lowerBound(shares, 0, shares.length, canonical(random));
}

/** std::lower_bound: the first place from `start` up to `end` whose value is not below `value`. */
export function lowerBound(values: Float64Array, start: number, end: number, value: number): number {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * ranger's drawWithoutReplacement: `count` of the integers below `max` into `out`, those in `skip` (ascending) left out.
 * Below a tenth of them it draws again where one was drawn before, else it shuffles from the front (Fisher-Yates).
 */
export function drawWithoutReplacement(random: Mt64, max: number, count: number, out: Uint32Array, skip: number[] = []): void {
  const left = max - skip.length;
  if (count < Math.floor(max / 10)) {
    for (let at = 0; at < count; at += 1) {
      let drawn: number;
      do {
        drawn = uniformInt(random, left);
        for (const skipped of skip) if (drawn >= skipped) drawn += 1;
      } while (out.subarray(0, at).includes(drawn));
      out[at] = drawn;
    }
    return;
  }
  for (let value = 0, at = 0; value < max; value += 1) {
    if (skip.includes(value)) continue;
    out[at] = value;
    at += 1;
  }
  for (let at = 0; at < count; at += 1) {
    const other = Math.floor(at + canonical(random) * (left - at));
    const kept = out[at]!;
    out[at] = out[other]!;
    out[other] = kept;
  }
}
