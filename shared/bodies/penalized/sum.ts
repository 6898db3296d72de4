import type { SumKind } from '../sum-kind.ts';
import type { Penalized } from './penalized.ts';

/** The link of a penalized model is the sum of its inputs, each by its coefficient. */
export const SUM_PENALIZED: SumKind<Penalized> = {
  types: ['penalized'],
  sum: ({ features }, { groups, response }) => ({
    summands: features.map((_, input) => [input]),
    isResponse: response.by === 'identity',
    numbers: features.length * groups,
  }),
};
