import { pickArrays, takeArrays } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { checkSurvreg, predictSurvreg, type Survreg } from './survreg.ts';

const ARRAYS = { coefficients: Float64Array } as const;

/** A parametric regression of survival times: survival's survreg. */
export const SURVREG: BodyKind<Survreg> = {
  types: ['survreg'],
  lacksLevels: false,
  pack: ({ coefficients, ...scalars }) => ({ type: 'survreg', scalars, arrays: pickArrays({ coefficients }, ARRAYS) }),
  unpack: ({ scalars: { isLog, spread }, arrays }, label) =>
    ({ ...takeArrays(arrays, ARRAYS, label), isLog, ...(spread === undefined ? {} : { spread }) }) as Survreg,
  check: checkSurvreg,
  answers: (_, { spread }) => ({
    types: ['response', 'lp', ...(spread ? (['quantiles'] as const) : [])],
    takes: spread ? ['quantiles'] : [],
  }),
  predict: predictSurvreg,
  ulp: () => 0,
  measure: ({ coefficients, spread }) => {
    const name = spread?.distribution ?? 'unknown';
    return {
      name: 'survreg',
      numbers: { coefficients: coefficients.length, distribution: name },
      text: `${count(coefficients.length, 'coefficient')}, errors ${name}`,
    };
  },
  notServed: (_, { spread }) => [
    'type "terms"; se.fit of quantiles',
    ...(spread ? [] : ["quantiles within strata, whose variable is no feature of the model, and R's predict() looks for the data again"]),
  ],
};
