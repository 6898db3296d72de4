import { BOOSTING } from '../../../shared/bodies/boosting/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { EXPRESSIONS } from '../../../shared/steps/expressions.ts';
import { stepOf } from '../../../shared/steps/kind.ts';
import type { Reader } from '../reader.ts';
import { readGbm } from './gbm.ts';

/** What `gbm()` and `gbm.fit()` returned; what the formula computes becomes a step. */
export const GBM_READER: Reader = {
  classes: ['gbm'],
  title: 'a gbm',
  read: (value, label) => {
    const { boosting, inputs, ...rest } = readGbm(value, label);
    const steps = inputs && [stepOf(EXPRESSIONS, { step: 'expressions', columns: inputs })];
    return { ...rest, ...(steps ? { steps } : {}), body: bodyOf(BOOSTING, boosting) };
  },
};
