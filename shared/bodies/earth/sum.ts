import type { SumKind } from '../sum-kind.ts';
import type { Earth } from './earth.ts';

/** The outputs of earth are sums of its hinge terms, which are its inputs. */
export const SUM_EARTH: SumKind<Earth> = {
  types: ['earth'],
  sum: ({ features, kind }, { outputs, glms }) => ({
    summands: features.map((_, input) => [input]),
    isResponse: kind === 'regression' && !glms,
    numbers: features.length * outputs,
  }),
};
