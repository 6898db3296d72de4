import type { SumKind } from '../sum-kind.ts';
import type { Survreg } from './survreg.ts';

/** The linear predictor of survival times is the sum of its inputs. */
export const SUM_SURVREG: SumKind<Survreg> = {
  types: ['survreg'],
  sum: ({ features }, { isLog }) => ({ summands: features.map((_, input) => [input]), isResponse: !isLog, numbers: features.length }),
};
