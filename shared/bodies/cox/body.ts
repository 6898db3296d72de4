import { pickArrays, takeArrays } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { type Cox, checkCox, noAnswerOf, predictCox } from './cox.ts';

const ARRAYS = { coefficients: Float64Array, centers: Float64Array, 'survival?': Float64Array } as const;

/** Proportional hazards: survival's coxph. */
export const COX: BodyKind<Cox> = {
  types: ['cox'],
  lacksLevels: false,
  pack: ({ coefficients, centers, survival, ...scalars }) => ({
    ...{ type: 'cox', scalars },
    arrays: pickArrays({ coefficients, centers, survival }, ARRAYS),
  }),
  unpack: ({ scalars: { strata, hasStratum, hasOffset, middle }, arrays }, label) =>
    ({ ...takeArrays(arrays, ARRAYS, label), strata, hasStratum, hasOffset, middle }) as Cox,
  check: checkCox,
  answers: (_, { survival }) => ({ types: ['lp', 'risk', ...(survival ? (['survival'] as const) : [])], takes: [] }),
  predict: predictCox,
  later: ({ hasOffset, survival }) => [...(hasOffset ? [] : (['reference'] as const)), ...(survival ? (['times'] as const) : [])],
  noAnswer: noAnswerOf,
  ulp: () => 0,
  measure: ({ coefficients, strata }) => ({
    name: 'cox',
    numbers: { coefficients: coefficients.length, strata },
    text: `${count(coefficients.length, 'coefficient')}, ${count(strata, 'stratum', 'strata')}`,
  }),
  notServed: (_, { survival }) => [
    'se.fit of types "expected", "survival" and "terms"; reference "sample" of strata, and any with an offset',
    ...(survival ? [] : ['type "survival" and "expected" with an offset or a frailty']),
  ],
};
