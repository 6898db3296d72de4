import { shapleyValues } from '../../shared/explain/exact.ts';
import type { ShapTree } from './shap-trees.ts';

/** The sum of shap's dictionary of trees for a row, as its documentation says that they are walked. */
function sumOf(trees: ShapTree[], row: Float64Array, output: number): number {
  let sum = 0;
  for (const { children_left, children_right, children_default, features, thresholds, values } of trees) {
    let node = 0;
    while (children_left[node]! >= 0) {
      const value = row[features[node]!]!;
      const next = Number.isNaN(value) ? children_default : value <= thresholds[node]! ? children_left : children_right;
      node = next[node]!;
    }
    sum += values[node]![output]!;
  }
  return sum;
}

/** The contributions of a row beside background rows by all coalitions of its features, which are few. */
export function byAllCoalitions(trees: ShapTree[], row: Float64Array, background: Float64Array, output: number): Float64Array {
  const width = row.length;
  const mixed = new Float64Array(width);
  return shapleyValues(width, (coalition) => {
    let sum = 0;
    for (let at = 0; at < background.length; at += width) {
      for (let feature = 0; feature < width; feature += 1)
        mixed[feature] = (coalition >> feature) & 1 ? row[feature]! : background[at + feature]!;
      sum += sumOf(trees, mixed, output);
    }
    return sum / (background.length / width);
  });
}
