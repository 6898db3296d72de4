import { pickArrays, takeArrays } from '../arrays.ts';
import { classAnswers } from '../class-answers.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { checkNaiveBayes, type NaiveBayes, predictNaiveBayes } from './naive-bayes.ts';

const ARRAYS = { apriori: Float64Array, tables: Float64Array, widths: Uint32Array } as const;

/** A table for each input: e1071's naiveBayes. */
export const NAIVE_BAYES: BodyKind<NaiveBayes> = {
  types: ['naiveBayes'],
  lacksLevels: false,
  pack: (model) => ({ type: 'naiveBayes', scalars: {}, arrays: pickArrays(model, ARRAYS) }),
  unpack: ({ arrays }, label) => takeArrays(arrays, ARRAYS, label) as NaiveBayes,
  check: checkNaiveBayes,
  answers: classAnswers,
  predict: predictNaiveBayes,
  ulp: () => 0,
  measure: ({ apriori, widths }) => ({
    name: 'naiveBayes',
    numbers: { classes: apriori.length, tables: widths.length },
    text: `${count(widths.length, 'table')} of ${count(apriori.length, 'class', 'classes')}`,
  }),
};
