import { checkVectors } from './check.ts';
import { vectorBody } from './vector-body.ts';
import { predictVectors, type SupportVectors } from './vectors.ts';

/** Support vector machines of libsvm: e1071's svm. */
export const VECTORS = vectorBody<SupportVectors>(
  'vectors',
  {
    scalars: ['task', 'kernel', 'degree', 'gamma', 'coef0'],
    arrays: {
      counts: Uint32Array,
      vectors: Float64Array,
      coefficients: Float64Array,
      rho: Float64Array,
      centers: Float64Array,
      scales: Float64Array,
      'probA?': Float64Array,
      'probB?': Float64Array,
      'target?': Float64Array,
    },
    maker: '',
  },
  { check: checkVectors, predict: predictVectors },
);
