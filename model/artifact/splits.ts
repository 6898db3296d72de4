import type { Schema } from '../../shared/features.ts';
import type { Body } from '../../shared/predict.ts';

/** Every finite split value of each feature, in the order of the nodes. */
export function collectSplits({ features }: Schema, { forest, rpart }: Body): number[][] {
  const splits = features.map((): number[] => []);
  const add = (column: number, value: number) => {
    if (Number.isFinite(value)) splits[column]?.push(value);
  };
  forest?.left.forEach((left, node) => {
    if (left !== 0) add(forest.feature[node] as number, forest.threshold[node] as number);
  });
  rpart?.input.forEach((input, split) => {
    if ((rpart.categories[split] as number) >= 2) return;
    const source = rpart.inputs ? rpart.inputs[input] : { feature: input };
    // Splits of what is computed from the features say nothing of these.
    if (typeof source === 'object' && 'feature' in source) add(source.feature, rpart.threshold[split] as number);
  });
  return splits;
}

/** How many levels a set of levels needs: the place of its highest bit, counted from 1, and 1 for an empty one. Sets have up to 53 bits. */
export function levelsOfSet(mask: number): number {
  const high = Math.floor(mask / 2 ** 32);
  return Math.max(1, high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(mask));
}
