import type { Schema } from '../../schema/features.ts';
import { defaultParameters } from '../../schema/parameters.ts';
import { pickArrays, takeArrays, takeWidth } from '../arrays.ts';
import type { BodyKind, InputSplits, Measures, Prepared } from '../kind.ts';
import { count } from '../measures.ts';
import { type Boosting, boostedTrees, FLAGS } from './boosting.ts';
import { checkBoosting } from './check.ts';
import { typesOfMargins } from './check-objective.ts';
import { prepareKernel } from './kernels.ts';
import { predictBoosting } from './predict.ts';
import { ZERO } from './walk.ts';

/** The arrays of boosted trees, in their order in an artifact. */
const ARRAYS = {
  threshold: Float64Array,
  leaves: Float64Array,
  base: Float64Array,
  roots: Uint32Array,
  left: Uint32Array,
  right: Uint32Array,
  feature: Uint32Array,
  flags: Uint8Array,
  'weights?': Float64Array,
  'linearCoefficients?': Float64Array,
  'linearConstants?': Float64Array,
  'missing?': Uint32Array,
  'categories?': Uint32Array,
  'leafIds?': Uint32Array,
  'linearStarts?': Uint32Array,
  'linearFeatures?': Uint32Array,
  'group?': Uint16Array,
} as const;

/** Most levels of which a set is written as bits of a double. */
const MOST_BITS = 53;

/** Boosted trees: xgboost's, LightGBM's and gbm's. */
export const BOOSTING: BodyKind<Boosting> = {
  types: ['boosting'],
  lacksLevels: true,
  pack: (boosting) => {
    const { precision, compare, width, objective, average } = boosting;
    const scalars = { precision, compare, width, objective, ...(average ? { average } : {}) };
    return { type: 'boosting', scalars, arrays: pickArrays(boosting, ARRAYS) };
  },
  unpack: ({ scalars, arrays }, label) => {
    const { precision, compare, objective, average } = scalars as Partial<Boosting>;
    const width = takeWidth(scalars, `${label}'s boosted trees`);
    return {
      ...takeArrays(arrays, ARRAYS, label),
      precision,
      compare,
      width,
      objective,
      ...(average === true ? { average } : {}),
    } as Boosting;
  },
  check: checkBoosting,
  answers: (schema, { leafIds }) => ({
    types: [...typesOfMargins(schema), ...(leafIds ? (['leaf'] as const) : [])],
    takes: ['nTrees', 'iterationRange'],
  }),
  predict: predictBoosting,
  prepare,
  // gbm sends NA to a third child, and NaN, which is not less than any split, to the right.
  undefinedAs: ({ missing }) => (missing ? Number.POSITIVE_INFINITY : undefined),
  splits: splitsOf,
  seed: ({ left }) => left.length,
  ulp: () => 0,
  measure,
};

/** Makes the kernel of the default margins now; without one the plain predictor answers. */
function prepare(schema: Schema, boosting: Boosting, table?: Prepared['table']): Prepared {
  const kernel = prepareKernel(schema, boosting, table);
  const parameters = defaultParameters(schema);
  const held = kernel?.table === undefined ? {} : { table: kernel.table };
  return {
    name: kernel?.name ?? 'plain',
    predict: (rows) => predictBoosting(schema, boosting, rows, parameters),
    bytes: kernel?.bytes ?? 0,
    ...held,
  };
}

/** The thresholds of each input. A split by categories shows how many levels there are at least, by the highest bit that it needs. */
function splitsOf({ left, feature, threshold, flags, categories, compare }: Boosting, inputs: number): InputSplits[] {
  const rule = compare === 'less' ? { isBelow: true } : {};
  const splits = Array.from({ length: inputs }, (): InputSplits => ({ values: [], isSet: false, ...rule }));
  // Splits may share a set, which is then looked through once.
  const greatest = new Map<number, number>();
  left.forEach((child, node) => {
    const known = splits[feature[node]!];
    // A file may name a feature that is not there; its splits are asked for before it is checked, and so refused.
    if (child === 0 || !known) return;
    if ((flags[node]! & FLAGS.categories) !== 0) {
      // Numbers may be sent for such categories, so that a model needs no names for them.
      if ((flags[node]! & FLAGS.wholePart) !== 0) return;
      known.isSet = true;
      const start = threshold[node]!;
      const category = greatest.get(start) ?? greatestCategory(categories!, start);
      greatest.set(start, category);
      known.values.push(2 ** Math.min(MOST_BITS - 1, category));
    } else if (Number.isFinite(threshold[node])) {
      // LightGBM writes 0 as the greatest number that it takes for 0; people are shown 0.
      known.values.push(Math.abs(threshold[node]!) < 2 * ZERO ? 0 : threshold[node]!);
    }
  });
  return splits;
}

/** The greatest category of a set; 0 where it is empty. */
function greatestCategory(categories: Uint32Array, start: number): number {
  for (let word = categories[start]!; word > 0; word -= 1) {
    const bits = categories[start + word]!;
    if (bits !== 0) return 32 * (word - 1) + 31 - Math.clz32(bits);
  }
  return 0;
}

function measure(boosting: Boosting): Measures {
  const { left, leaves, width } = boosting;
  const numbers = { trees: boostedTrees(boosting), nodes: left.length, leaves: leaves.length / width };
  const size = `${count(numbers.trees, 'tree')}, ${count(numbers.nodes, 'node')} (${count(numbers.leaves, 'leaf', 'leaves')})`;
  return { name: 'boosting', numbers, text: `${size}, in ${boosting.precision === 'float' ? '32' : '64'}-bit numbers` };
}
