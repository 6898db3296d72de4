import { pickArrays, takeArrays, takeWidth } from '../arrays.ts';
import type { BodyKind, InputSplits, Measures } from '../kind.ts';
import { count } from '../measures.ts';
import { checkRpart, predictRpart, type Rpart, stopOf } from './predict.ts';

/** The arrays of a tree, in their order in an artifact. */
export const RPART_ARRAYS = {
  threshold: Float64Array,
  values: Float64Array,
  left: Uint32Array,
  right: Uint32Array,
  first: Uint32Array,
  splits: Uint32Array,
  categories: Uint32Array,
  'places?': Uint32Array,
  input: Uint16Array,
  majority: Uint8Array,
  directions: Uint8Array,
} as const;

/** One tree with surrogate splits: rpart's. */
export const RPART: BodyKind<Rpart> = {
  types: ['rpart'],
  lacksLevels: false,
  pack: (rpart) => ({ type: 'rpart', scalars: { width: rpart.width }, arrays: pickArrays(rpart, RPART_ARRAYS) }),
  unpack: ({ scalars, arrays }, label) => {
    const width = takeWidth(scalars, `${label}'s rpart`);
    return { ...takeArrays(arrays, RPART_ARRAYS, label), width } as Rpart;
  },
  check: checkRpart,
  answers: ({ kind }) => ({ types: kind === 'regression' ? ['vector'] : ['prob', 'class'], takes: [] }),
  predict: predictRpart,
  noAnswer: stopOf,
  splits: splitsOf,
  seed: (rpart) => rpart.left.length,
  ulp: () => 0,
  measure,
};

/** The thresholds of each input; a split by level has no value. */
function splitsOf({ input, categories, threshold }: Rpart, inputs: number): InputSplits[] {
  const splits = Array.from({ length: inputs }, (): InputSplits => ({ values: [], isSet: false }));
  input.forEach((place, split) => {
    if (categories[split]! < 2 && Number.isFinite(threshold[split])) splits[place]!.values.push(threshold[split]!);
  });
  return splits;
}

function measure({ left, input }: Rpart): Measures {
  const leaves = left.reduce((sum, child) => sum + (child === 0 ? 1 : 0), 0);
  const nodes = `${count(left.length, 'node')} (${count(leaves, 'leaf', 'leaves')})`;
  const text = `${nodes}, ${count(input.length, 'split')}, surrogates among them`;
  return { name: 'rpart', numbers: { nodes: left.length, leaves, splits: input.length }, text };
}
