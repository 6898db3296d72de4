import { expect, test } from '@jest/globals';
import { rankSearch, rowRanker } from '../../../../shared/bodies/forest/kernels/rank-search.ts';
import { countBelow, type PackedForest, searchBelow } from '../../../../shared/bodies/forest/packed.ts';
import { dice } from '../random-forest.ts';

const ODD = [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -1e308];

/** How a feature's thresholds lie: evenly with infinities at both ends, evenly, most near zero, and two far from all others. */
const LAYS: Record<string, (at: number, count: number) => number> = {
  'infinite ends': (at, count) => {
    if (at === 0) return Number.NEGATIVE_INFINITY;
    return at === count - 1 ? Number.POSITIVE_INFINITY : 2 * (at - 1);
  },
  even: (at) => 2 * at,
  'most near zero': (at, count) => (at - count / 2) ** 7 / (count / 2) ** 6,
  'two far off': (at, count) => {
    if (at === 0) return -1e300;
    return at === count - 1 ? 1e300 : at / 3;
  },
};

/** Features of so many thresholds each. */
function forestOf(counts: number[], lay: (at: number, count: number) => number): PackedForest {
  const cuts = counts.flatMap((count) => Array.from({ length: count }, (_, at) => lay(at, count)));
  const cutStarts = [0];
  for (const count of counts) cutStarts.push(cutStarts[cutStarts.length - 1]! + count);
  return { inner: new Uint8Array(), splits: new Uint32Array(), cuts: Float64Array.from(cuts), cutStarts: Uint32Array.from(cutStarts) };
}

const FEW = [0, 1, 2, 3, 7, 8, 9, 255, 256, 257];
const FROM_AFAR = [5_000, 0, 40_000, 1, 4_096, 4_097, 2, 17, 9];

test.each(
  Object.keys(LAYS).flatMap((lay) => [
    [lay, 'few', FEW],
    [lay, 'from afar', FROM_AFAR],
  ]) as [string, string, number[]][],
)('every search finds the number of thresholds below a value, all of them for none: %s, %s', (lay, _, counts) => {
  const packed = forestOf(counts, LAYS[lay]!);
  const { cuts, cutStarts } = packed;
  const [rankRow, rank, roll] = [rowRanker(packed), rankSearch(packed), dice(3)];
  /** A threshold itself, what is just above or below it, something between, or an odd value. */
  const drawn = (count: number, feature: number) => {
    const way = roll(6);
    if (way === 0 || count === 0) return ODD[roll(ODD.length)]!;
    const cut = cuts[cutStarts[feature]! + roll(count)]!;
    return [cut, cut * (1 + Number.EPSILON), cut * (1 - Number.EPSILON), cut + 0.1, roll(2 * count + 4) - 2][way - 1]!;
  };
  for (let row = 0; row < 200; row += 1) {
    const values = Float64Array.from(counts, drawn);
    const naive = counts.map((count, feature) => {
      const value = values[feature]!;
      return Number.isNaN(value) ? count : cuts.subarray(cutStarts[feature], cutStarts[feature + 1]).filter((cut) => cut < value).length;
    });
    // The row is not the first one that lies there.
    expect([...rankRow(Float64Array.of(...values, ...values), values.length)]).toEqual(naive);
    const each = (search: (feature: number, value: number) => number) => counts.map((_, feature) => search(feature, values[feature]!));
    expect(each(rank)).toEqual(naive);
    expect(each((feature, value) => countBelow(cuts, cutStarts[feature]!, cutStarts[feature + 1]!, value))).toEqual(naive);
    expect(each((feature, value) => searchBelow(cuts, cutStarts[feature]!, cutStarts[feature + 1]!, value))).toEqual(naive);
  }
});
