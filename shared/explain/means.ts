import type { Contributions } from './tree-shap.ts';

/** One number, or one for each class, as sums of which the means in the training data are known. */
export type Centered = {
  /** How many features a row has. */
  features: number;
  /** The feature of each summand; undefined where it is of none. */
  featureOf: readonly (number | undefined)[];
  /** How many sums there are: 1, or one for each class. */
  sums: number;
  /** The mean of each summand in the training data, for each sum. */
  means: ArrayLike<number>;
  /** The summands of rows that lie side by side, each for all sums. */
  values(rows: Float64Array): Float64Array;
};

/**
 * Contributions to sums whose summands are of one feature each: a summand's value less its mean. One of no feature, as the intercept is,
 * goes into the baseline as it is, so that all of them add up to the sum whatever the means are. `places` has which sum is explained of
 * each row.
 */
export function explainByMeans(
  { features, featureOf, sums, means, values }: Centered,
  rows: Float64Array,
  places?: ArrayLike<number>,
): Contributions {
  const count = rows.length / features;
  const summands = values(rows);
  const contributions = new Float64Array(rows.length);
  const baselines = new Float64Array(count);
  for (let row = 0; row < count; row += 1) {
    const place = places?.[row] ?? 0;
    featureOf.forEach((feature, summand) => {
      const value = summands[(row * featureOf.length + summand) * sums + place]!;
      const known = feature === undefined ? value : means[summand * sums + place]!;
      baselines[row]! += known;
      if (feature !== undefined) contributions[row * features + feature]! += value - known;
    });
  }
  return { baselines, contributions };
}
