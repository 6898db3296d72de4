import { takeArrays } from '../../../shared/bodies/arrays.ts';
import type { BodyKind } from '../../../shared/bodies/kind.ts';
import { ModelError } from '../../../shared/errors.ts';

/** A line: what a family that nobody has computes. */
export type Line = { terms: Float64Array };

/** A kind of body for tests: intercept + slope x. */
export const LINE: BodyKind<Line> = {
  types: ['line'],
  lacksLevels: false,
  pack: ({ terms }) => ({ type: 'line', scalars: {}, arrays: [['terms', terms]] }),
  unpack: ({ arrays }, label) => takeArrays(arrays, { terms: Float64Array }, label) as Line,
  check: (_, { terms }, label) => {
    if (terms.length !== 2) throw new ModelError(label, `${terms.length} terms`, '2');
  },
  answers: () => ({ types: ['response'], takes: [] }),
  predict: (_, { terms: [slope, intercept] }, rows) => rows.map((x) => intercept! + slope! * x),
  ulp: () => 0,
  measure: () => ({ name: 'line', numbers: { terms: 2 }, text: '2 terms' }),
};
