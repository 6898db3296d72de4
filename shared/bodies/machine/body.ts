import { vectorBody } from '../vectors/vector-body.ts';
import { checkMachine } from './check.ts';
import { type Machine, predictMachine } from './machine.ts';

/** Support vector machines of kernlab: ksvm. */
export const MACHINE = vectorBody<Machine>(
  'machine',
  {
    scalars: ['task', 'kernel', 'sigma', 'degree', 'scale', 'offset', 'isCaret'],
    arrays: {
      counts: Uint32Array,
      vectors: Float64Array,
      coefficients: Float64Array,
      b: Float64Array,
      centers: Float64Array,
      scales: Float64Array,
      'probA?': Float64Array,
      'probB?': Float64Array,
      'target?': Float64Array,
    },
    maker: ' of kernlab',
  },
  { check: checkMachine, predict: predictMachine },
);
