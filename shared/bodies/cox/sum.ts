import type { SumKind } from '../sum-kind.ts';
import type { Cox } from './cox.ts';

/** The linear predictor of a hazard is the sum of its columns, less what its stratum takes off. */
export const SUM_COX: SumKind<Cox> = {
  types: ['cox'],
  sum: ({ features }) => ({ summands: features.map((_, input) => [input]), isResponse: false, numbers: 2 * features.length }),
};
