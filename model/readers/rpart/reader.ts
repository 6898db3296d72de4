import { bodyOf } from '../../../shared/bodies/kind.ts';
import { RPART } from '../../../shared/bodies/rpart/body.ts';
import { EXPRESSIONS } from '../../../shared/steps/expressions.ts';
import { stepOf } from '../../../shared/steps/kind.ts';
import type { Reader } from '../reader.ts';
import { readRpart } from './rpart.ts';

/** What `rpart()` returned; what its formula computes becomes a step. */
export const RPART_READER: Reader = {
  classes: ['rpart'],
  title: 'an rpart',
  read: (value, label) => {
    const { rpart, inputs, ...rest } = readRpart(value, label);
    const steps = inputs && [stepOf(EXPRESSIONS, { step: 'expressions', columns: inputs })];
    return { ...rest, ...(steps ? { steps } : {}), body: bodyOf(RPART, rpart) };
  },
};
