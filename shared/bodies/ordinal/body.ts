import { pickArrays, takeArrays } from '../arrays.ts';
import { classAnswers } from '../class-answers.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { checkOrdinal, type Ordinal, predictOrdinal } from './ordinal.ts';

const ARRAYS = { coefficients: Float64Array, zeta: Float64Array } as const;

/** A regression of ordered classes: MASS's polr. */
export const ORDINAL: BodyKind<Ordinal> = {
  types: ['ordinal'],
  lacksLevels: false,
  pack: (model) => ({ type: 'ordinal', scalars: { method: model.method }, arrays: pickArrays(model, ARRAYS) }),
  unpack: ({ scalars: { method }, arrays }, label) => ({ ...takeArrays(arrays, ARRAYS, label), method }) as Ordinal,
  check: checkOrdinal,
  answers: classAnswers,
  predict: predictOrdinal,
  ulp: () => 0,
  measure: ({ method, coefficients, zeta }) => ({
    name: 'ordinal',
    numbers: { method, coefficients: coefficients.length, classes: zeta.length + 1 },
    text: `${method}, ${count(coefficients.length, 'coefficient')}, ${count(zeta.length + 1, 'class', 'classes')}`,
  }),
};
