import { pickArrays, takeArrays, takeWidth } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { RPART, RPART_ARRAYS } from '../rpart/body.ts';
import { type Bag, checkBag, emptyOf, predictBag } from './bag.ts';

const ARRAYS = { roots: Uint32Array, sums: Float64Array, sizes: Float64Array } as const;

/** Trees of rpart that vote, or whose answers are averaged: ipred's bagging. */
export const BAG: BodyKind<Bag> = {
  types: ['bag'],
  lacksLevels: false,
  pack: ({ trees, hasShares, ...arrays }) => ({
    ...{ type: 'bag', scalars: { width: trees.width, hasShares } },
    arrays: [...pickArrays(trees, RPART_ARRAYS), ...pickArrays(arrays, ARRAYS)],
  }),
  unpack: ({ scalars, arrays }, label) => {
    const trees = { ...takeArrays(arrays, RPART_ARRAYS, label), width: takeWidth(scalars, `${label}'s bag`) };
    return { ...takeArrays(arrays, ARRAYS, label), trees, hasShares: scalars.hasShares } as Bag;
  },
  check: checkBag,
  answers: ({ kind }) => ({ types: kind === 'regression' ? ['response'] : ['class', 'prob'], takes: ['aggregation'] }),
  predict: predictBag,
  noAnswer: emptyOf,
  splits: ({ trees }, inputs) => RPART.splits!(trees, inputs),
  seed: ({ trees }) => trees.left.length,
  ulp: () => 0,
  measure: ({ trees, roots }) => ({
    name: 'bag',
    numbers: { trees: roots.length, nodes: trees.left.length },
    text: `${count(roots.length, 'tree')}, ${count(trees.left.length, 'node')}`,
  }),
  notServed: () => ['predictions for the training rows out of their bags'],
};
