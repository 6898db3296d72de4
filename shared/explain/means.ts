import type { Contributions } from './tree-shap.ts';

/** A number as a sum of which the means in the training data are known. */
export type Centered = {
  /** How many features a row has. */
  features: number;
  /** The feature of each summand; undefined where it is of none. */
  featureOf: readonly (number | undefined)[];
  /** The mean of each summand in the training data. */
  means: ArrayLike<number>;
  /** The summands of rows that lie side by side. */
  values(rows: Float64Array): Float64Array;
};

/** Contributions to a sum whose summands are of one feature each: a summand's value less its mean. */
export function explainByMeans({ features, featureOf, means, values }: Centered, rows: Float64Array): Contributions {
  const count = rows.length / features;
  const summands = values(rows);
  const contributions = new Float64Array(rows.length);
  const baseline = Array.from(means).reduce((sum, mean) => sum + mean, 0);
  for (let row = 0; row < count; row += 1) {
    featureOf.forEach((feature, place) => {
      if (feature !== undefined) contributions[row * features + feature]! += summands[row * featureOf.length + place]! - means[place]!;
    });
  }
  return { baselines: new Float64Array(count).fill(baseline), contributions };
}
