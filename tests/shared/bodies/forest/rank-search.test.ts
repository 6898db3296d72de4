import { expect, test } from '@jest/globals';
import { rankSearch, rowRanker } from '../../../../shared/bodies/forest/kernels/rank-search.ts';
import { countBelow, type PackedForest, searchBelow } from '../../../../shared/bodies/forest/packed.ts';
import { dice } from '../random-forest.ts';

const ODD = [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -1e308];

/** Features of so many thresholds each, all of which are even numbers from 0 on but for infinities at both ends. */
function forestOf(counts: number[]): PackedForest {
  const cuts = counts.flatMap((count) =>
    Array.from({ length: count }, (_, at) => {
      if (at === 0) return Number.NEGATIVE_INFINITY;
      return at === count - 1 ? Number.POSITIVE_INFINITY : 2 * (at - 1);
    }),
  );
  const cutStarts = [0];
  for (const count of counts) cutStarts.push(cutStarts[cutStarts.length - 1]! + count);
  return { inner: new Uint8Array(), splits: new Uint32Array(), cuts: Float64Array.from(cuts), cutStarts: Uint32Array.from(cutStarts) };
}

test.each([
  ['few thresholds', [0, 1, 2, 3, 7, 8, 9, 255, 256, 257]],
  ['thresholds that come from afar', [5_000, 0, 40_000, 1, 4_096, 4_097, 2]],
])('every search finds the number of thresholds below a value, all of them for none: %s', (_, counts) => {
  const packed = forestOf(counts);
  const { cuts, cutStarts } = packed;
  const [rankRow, rank, roll] = [rowRanker(packed), rankSearch(packed), dice(3)];
  for (let row = 0; row < 200; row += 1) {
    const values = Float64Array.from(counts, (count) => (roll(3) === 0 ? ODD[roll(ODD.length)]! : roll(2 * count + 4) - 2));
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
