import { takeArrays } from '../arrays.ts';
import { classAnswers } from '../class-answers.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { checkNearest, type Nearest, predictNearest } from './nearest.ts';

const ARRAYS = { points: Float64Array, values: Float64Array } as const;

/** The training rows nearest to a row: caret's knn3 and knnreg. */
export const NEAREST: BodyKind<Nearest> = {
  types: ['nearest'],
  lacksLevels: false,
  pack: ({ k, points, values }) => ({
    type: 'nearest',
    scalars: { k },
    arrays: [
      ['points', points],
      ['values', values],
    ],
  }),
  unpack: ({ scalars: { k }, arrays }, label) => ({ ...takeArrays(arrays, ARRAYS, label), k }) as Nearest,
  check: checkNearest,
  answers: (schema) => (schema.kind === 'regression' ? { types: ['response'], takes: [] } : classAnswers(schema)),
  predict: predictNearest,
  ulp: () => 0,
  measure: ({ k, values }) => ({
    name: 'nearest',
    numbers: { k, rows: values.length },
    text: `the ${count(k, 'nearest one', 'nearest')} of ${count(values.length, 'training row')}`,
  }),
};
