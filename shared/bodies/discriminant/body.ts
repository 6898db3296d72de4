import { pickArrays, takeArrays } from '../arrays.ts';
import { classAnswers } from '../class-answers.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { checkDiscriminant, type Discriminant, predictDiscriminant } from './discriminant.ts';

const ARRAYS = {
  prior: Float64Array,
  centers: Float64Array,
  scaling: Float64Array,
  'places?': Float64Array,
  'ldet?': Float64Array,
} as const;

/** Linear and quadratic discriminant analysis: MASS's lda and qda. */
export const DISCRIMINANT: BodyKind<Discriminant> = {
  types: ['discriminant'],
  lacksLevels: false,
  pack: (model) => ({ type: 'discriminant', scalars: { dimensions: model.dimensions }, arrays: pickArrays(model, ARRAYS) }),
  unpack: ({ scalars: { dimensions }, arrays }, label) => ({ ...takeArrays(arrays, ARRAYS, label), dimensions }) as Discriminant,
  check: checkDiscriminant,
  answers: classAnswers,
  predict: predictDiscriminant,
  ulp: () => 0,
  measure: ({ dimensions, prior, places }) => ({
    name: 'discriminant',
    numbers: { classes: prior.length, dimensions, form: places ? 'linear' : 'quadratic' },
    text: `${places ? 'linear' : 'quadratic'}, ${count(prior.length, 'class', 'classes')}, ${count(dimensions, 'dimension')}`,
  }),
};
