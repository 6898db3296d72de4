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

/** Contributions to sums whose summands are of one feature each: a summand's value less its mean. `places` has which sum is explained of each row. */
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
      const mean = means[summand * sums + place]!;
      baselines[row]! += mean;
      if (feature === undefined) return;
      contributions[row * features + feature]! += summands[(row * featureOf.length + summand) * sums + place]! - mean;
    });
  }
  return { baselines, contributions };
}
