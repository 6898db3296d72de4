/*
 * A value's rank among a feature's thresholds, looked up as in a dictionary with a thumb index: the range of the thresholds
 * is cut into buckets of equal breadth, a multiplication gives a value's bucket, and only the few thresholds in it are
 * searched. A bucket's number never falls as values rise, whatever is rounded; so every threshold in a lower bucket is below
 * the value, and none in a higher one is. The look-up itself is a kernel's code (rank-code.ts).
 *
 * Why: a kernel needs the rank of every value of a row before it begins, and a search by halves over all thresholds has branches that
 * the processor guesses wrong. Measured: 2026-11-25, by `npm run bench -- speed`: together with the shared masks (mask-blocks.ts) the
 * forest heart took two thirds of the time before.
 * Delete when: a plain search by halves is as fast in that benchmark.
 */

/** A feature's thresholds in buckets of equal breadth. */
export type Buckets = {
  /** A value's bucket is `(value - least) * scale`, rounded down, from 0 up to `last`; that of NaN is the last. */
  least: number;
  scale: number;
  last: number;
  /** The thresholds below each bucket. */
  firsts: Int32Array;
  /** How many thresholds the fullest bucket holds. */
  fullest: number;
};

/** The thumb index of a feature's thresholds. */
export type RankIndex = Buckets & {
  /** The thresholds, ascending, and behind them as many infinities as a search may look at. */
  cuts: Float64Array;
  /** How many thresholds there are: the rank of what is above all, and of NaN. */
  count: number;
  /** Halvings that find a place among the thresholds of the fullest bucket. */
  steps: number;
};

/** Buckets a threshold: most then hold none or one. */
const BUCKETS = 4;
/** Most buckets: the index is to stay in the cache. */
export const MOST_BUCKETS = 2 ** 14;

/** Lays ascending thresholds, infinite ones among them, but not NaN, into at most so many buckets; into one where there is no breadth to divide. */
export function bucketsOf(thresholds: Float64Array, wanted: number): Buckets {
  const count = thresholds.length;
  const least = thresholds[0] ?? 0;
  const scale = (wanted - 1) / ((thresholds[count - 1] ?? 0) - least);
  // Infinite thresholds, or but one, leave no breadth to divide: then one bucket has all.
  const isEven = scale > 0 && Number.isFinite(scale) && Number.isFinite(least);
  const { base, breadth, last } = isEven ? { base: least, breadth: scale, last: wanted - 1 } : { base: 0, breadth: 0, last: 0 };
  const held = new Int32Array(last + 1);
  for (const threshold of thresholds) {
    const bucket = Math.min(Math.floor((threshold - base) * breadth) || 0, last);
    held[bucket] = held[bucket]! + 1;
  }
  const firsts = new Int32Array(last + 1);
  for (let bucket = 1; bucket <= last; bucket += 1) firsts[bucket] = firsts[bucket - 1]! + held[bucket - 1]!;
  return { least: base, scale: breadth, last, firsts, fullest: held.reduce((most, one) => Math.max(most, one), 0) };
}

/** Makes the index of ascending thresholds, infinite ones among them, but not NaN. */
export function rankIndex(thresholds: Float64Array): RankIndex {
  const count = thresholds.length;
  const buckets = bucketsOf(thresholds, Math.min(count * BUCKETS, MOST_BUCKETS));
  const steps = Math.ceil(Math.log2(buckets.fullest + 1));
  const cuts = new Float64Array(count + 2 ** steps).fill(Number.POSITIVE_INFINITY);
  cuts.set(thresholds);
  return { ...buckets, cuts, count, steps };
}
