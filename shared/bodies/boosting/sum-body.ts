import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { outputWidth } from '../../schema/shape.ts';
import { takeArrays } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { checkObjective, typesOfMargins } from './check-objective.ts';
import { floatsOf, withoutInfinite } from './inputs.ts';
import { answersOfMargins } from './margins.ts';
import type { Objective } from './transforms.ts';

/**
 * A boosted sum (xgboost's gblinear), in 32-bit floats: `weights` has a row for each input, one number a margin, and a last row
 * that is each margin's bias.
 */
export type BoostedSum = { base: Float64Array; weights: Float64Array; objective: Objective };

const ARRAYS = { base: Float64Array, weights: Float64Array } as const;
const { fround } = Math;

/** A sum of inputs by weights that boosting has found. */
export const BOOSTED_SUM: BodyKind<BoostedSum> = {
  types: ['boosted-sum'],
  lacksLevels: false,
  pack: ({ base, weights, objective }) => ({
    ...{ type: 'boosted-sum', scalars: { objective } },
    arrays: [
      ['base', base],
      ['weights', weights],
    ],
  }),
  unpack: ({ scalars, arrays }, label) => ({ ...takeArrays(arrays, ARRAYS, label), objective: scalars.objective }) as BoostedSum,
  check: (schema, { base, weights, objective }, label) => {
    checkObjective(schema, objective, base, label);
    const expected = (schema.features.length + 1) * base.length;
    if (weights.length !== expected || !weights.every(Number.isFinite))
      throw new ModelError(label, `${weights.length} weights`, `${expected} finite numbers`);
  },
  answers: (schema) => ({ types: typesOfMargins(schema), takes: [] }),
  predict: predictSum,
  ulp: () => 0,
  measure: ({ weights, base }) => ({
    name: 'boosted-sum',
    numbers: { weights: weights.length, margins: base.length },
    text: `${count(weights.length, 'weight')} of a boosted sum`,
  }),
};

/** The bias and the base first, then each input by its weight, in their order; a missing input adds nothing. */
function predictSum(schema: Schema, { base, weights, objective }: BoostedSum, rows: Float64Array, parameters: Parameters): Float64Array {
  const width = schema.features.length;
  const groups = base.length;
  const inputs = floatsOf(rows);
  const margins = new Float64Array((rows.length / width) * groups);
  for (let at = 0, row = 0; row < rows.length; row += width) {
    for (let group = 0; group < groups; group += 1) {
      let sum = fround(weights[width * groups + group]! + base[group]!);
      for (let input = 0; input < width; input += 1) {
        const value = inputs[row + input]!;
        if (!Number.isNaN(value)) sum = fround(sum + fround(value * weights[input * groups + group]!));
      }
      margins[at++] = sum;
    }
  }
  const answers = answersOfMargins(schema, objective, margins, groups, parameters, outputWidth(schema, parameters));
  return withoutInfinite(answers, inputs, width);
}
