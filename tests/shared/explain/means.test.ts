import { expect, test } from '@jest/globals';
import { explainByMeans } from '../../../shared/explain/means.ts';

test('a summand of no feature goes into the baseline as it is, whatever the means say, so that the parts add up to the sum', () => {
  // An intercept of 10, and 2x, whose mean is said to be 3.
  const values = (rows: Float64Array) => Float64Array.from([...rows].flatMap((x) => [10, 2 * x]));
  const { baselines, contributions } = explainByMeans(
    { features: 1, featureOf: [undefined, 0], sums: 1, means: [9.5, 3], values },
    Float64Array.of(1, 4),
  );
  expect([...baselines]).toEqual([13, 13]);
  expect([...contributions]).toEqual([-1, 5]);
});
