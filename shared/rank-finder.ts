import { countBelow } from './packed-forest.ts';

/*
 * A value's rank among a feature's thresholds, looked up as in a dictionary with a thumb index: the range of the thresholds
 * is cut into buckets of equal breadth, a multiplication tells a value's bucket, and only the few thresholds in it are
 * searched. A bucket's number never falls as values rise, whatever is rounded; so every threshold in a lower bucket is below
 * the value, and none in a higher one is.
 */

/** The thresholds of a feature: those in bucket b are `cuts` from `firsts[b]` up to `firsts[b + 1]`. */
export type RankFinder = { cuts: Float64Array; firsts: Int32Array; least: number; scale: number; last: number };

/** Buckets a threshold: most then hold none or one. */
const BUCKETS = 4;
/** Most buckets: the index is to stay in the cache. */
const MOST_BUCKETS = 2 ** 14;

/** Makes the index of the ascending thresholds from `start` up to `end` of a table. */
export function rankFinder(table: Float64Array, start: number, end: number): RankFinder {
  const cuts = table.subarray(start, end);
  const least = cuts[0] ?? 0;
  const wanted = Math.min(cuts.length * BUCKETS, MOST_BUCKETS);
  const scale = (wanted - 1) / ((cuts[cuts.length - 1] ?? 0) - least);
  // Infinite thresholds, or but one, leave no breadth to divide: then one bucket has all.
  const isEven = scale > 0 && Number.isFinite(scale) && Number.isFinite(least);
  const finder = { cuts, firsts: new Int32Array(1), least, scale, last: isEven ? wanted - 1 : 0 };
  const firsts = new Int32Array(finder.last + 2);
  for (const cut of cuts) {
    const after = bucketOf(finder, cut) + 1;
    firsts[after] = (firsts[after] as number) + 1;
  }
  for (let at = 1; at < firsts.length; at += 1) firsts[at] = (firsts[at] as number) + (firsts[at - 1] as number);
  return { ...finder, firsts };
}

/** The number of thresholds below a value; all of them for NaN. */
export function findRank(finder: RankFinder, value: number): number {
  const { cuts, firsts } = finder;
  const bucket = bucketOf(finder, value);
  const first = firsts[bucket] as number;
  return first + countBelow(cuts, first, firsts[bucket + 1] as number, value);
}

/** The bucket of a value; the last one for NaN. */
function bucketOf({ least, scale, last }: RankFinder, value: number): number {
  const place = (value - least) * scale;
  return place < last ? (place > 0 ? place | 0 : 0) : last;
}
