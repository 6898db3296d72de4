import { pickArrays, takeArrays } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { vectorAnswers } from '../vectors/answers.ts';
import { checkMachine } from './check.ts';
import { type Machine, predictMachine } from './machine.ts';

const ARRAYS = {
  counts: Uint32Array,
  vectors: Float64Array,
  coefficients: Float64Array,
  b: Float64Array,
  centers: Float64Array,
  scales: Float64Array,
  'probA?': Float64Array,
  'probB?': Float64Array,
  'target?': Float64Array,
} as const;

/** Support vector machines of kernlab: ksvm. */
export const MACHINE: BodyKind<Machine> = {
  types: ['machine'],
  lacksLevels: false,
  pack: (model) => {
    const { task, kernel, sigma, degree, scale, offset, isCaret } = model;
    const scalars = { task, kernel, sigma, degree, scale, offset, ...(isCaret ? { isCaret } : {}) };
    return { type: 'machine', scalars, arrays: pickArrays(model, ARRAYS) };
  },
  unpack: ({ scalars, arrays }, label) => {
    const { task, kernel, sigma, degree, scale, offset, isCaret } = scalars;
    const own = { task, kernel, sigma, degree, scale, offset, ...(isCaret === undefined ? {} : { isCaret }) };
    return { ...takeArrays(arrays, ARRAYS, label), ...own } as Machine;
  },
  check: checkMachine,
  answers: (schema, model) => ({ types: vectorAnswers(schema, model), takes: [] }),
  predict: predictMachine,
  ulp: () => 0,
  measure: ({ task, kernel, counts }) => {
    const vectors = counts.reduce((sum, own) => sum + own, 0);
    return {
      name: 'supportVectors',
      numbers: { vectors, kernel, task },
      text: `${count(vectors, 'support vector')}, ${kernel} kernel of kernlab, ${task}`,
    };
  },
};
