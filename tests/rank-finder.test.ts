import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countBelow } from '../shared/packed-forest.ts';
import { findRank, rankFinder } from '../shared/rank-finder.ts';

/** Numbers as models have them, and any doubles: infinities, subnormals and NaN among them. */
const number = fc.oneof(
  fc.integer({ min: -50, max: 50 }).map((whole) => whole / 2),
  fc.double({ noNaN: false }),
  fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -5e-324, 1e308, -1e308),
);

test('a rank by the index is that of a search among all thresholds, whatever thresholds and values are', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 60 }), fc.array(number, { minLength: 1 }), (drawn, values) => {
      // -0 as 0, which is the same threshold.
      const cuts = Float64Array.from(new Set(drawn.filter((one) => !Number.isNaN(one)).map((one) => one + 0))).sort();
      const finder = rankFinder(cuts, 0, cuts.length);
      const asked = [...values, ...cuts];
      expect(asked.map((value) => findRank(finder, value))).toEqual(asked.map((value) => countBelow(cuts, 0, cuts.length, value)));
    }),
    { numRuns: 2_000 },
  );
});

test('the thresholds of a part of a table are ranked by themselves', () => {
  const finder = rankFinder(Float64Array.of(9, 1, 2, 3, -9), 1, 4);
  expect([0, 1, 1.5, 2, 3, 4, Number.NaN].map((value) => findRank(finder, value))).toEqual([0, 0, 1, 1, 2, 3, 3]);
});
