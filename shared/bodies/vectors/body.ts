import { pickArrays, takeArrays } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { vectorAnswers } from './answers.ts';
import { checkVectors } from './check.ts';
import { predictVectors, type SupportVectors } from './vectors.ts';

const ARRAYS = {
  counts: Uint32Array,
  vectors: Float64Array,
  coefficients: Float64Array,
  rho: Float64Array,
  centers: Float64Array,
  scales: Float64Array,
  'probA?': Float64Array,
  'probB?': Float64Array,
  'target?': Float64Array,
} as const;

/** Support vector machines of libsvm: e1071's svm. */
export const VECTORS: BodyKind<SupportVectors> = {
  types: ['vectors'],
  lacksLevels: false,
  pack: (model) => {
    const { task, kernel, degree, gamma, coef0 } = model;
    return { type: 'vectors', scalars: { task, kernel, degree, gamma, coef0 }, arrays: pickArrays(model, ARRAYS) };
  },
  unpack: ({ scalars, arrays }, label) => {
    const { task, kernel, degree, gamma, coef0 } = scalars;
    return { ...takeArrays(arrays, ARRAYS, label), task, kernel, degree, gamma, coef0 } as SupportVectors;
  },
  check: checkVectors,
  answers: (schema, model) => ({ types: vectorAnswers(schema, model), takes: [] }),
  predict: predictVectors,
  ulp: () => 0,
  measure: ({ task, kernel, counts }) => {
    const vectors = counts.reduce((sum, part) => sum + part, 0);
    return {
      name: 'supportVectors',
      numbers: { vectors, kernel, task },
      text: `${count(vectors, 'support vector')}, ${kernel} kernel, ${task}`,
    };
  },
};
