import { featuresOf } from '../../expressions/expressions.ts';
import type { SumKind } from '../sum-kind.ts';
import { type Linear, summandsOf } from './predict.ts';

/** The link of a linear model is the sum of its columns and offsets. */
export const SUM_LINEAR: SumKind<Linear> = {
  types: ['linear'],
  sum: (_, { columns, offsets, link }) => ({
    summands: [...columns.map((factors) => factors.flatMap(featuresOf)), ...offsets.map(featuresOf)],
    isResponse: link === 'identity',
    numbers: columns.reduce((sum, factors) => sum + 1 + factors.length, offsets.length),
  }),
  values: summandsOf,
};
