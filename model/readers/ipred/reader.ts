import { BAG } from '../../../shared/bodies/bag/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { EXPRESSIONS } from '../../../shared/steps/expressions.ts';
import { stepOf } from '../../../shared/steps/kind.ts';
import type { Reader } from '../reader.ts';
import { readBag } from './bag.ts';

/** What ipred's `bagging()` and `ipredbagg()` returned, of numbers or classes. */
export const IPRED_READER: Reader = {
  classes: ['regbagg', 'classbagg'],
  title: 'a bag of ipred',
  read: (value, label) => {
    const { bag, inputs, ...rest } = readBag(value, label);
    const steps = inputs && [stepOf(EXPRESSIONS, { step: 'expressions', columns: inputs })];
    return { ...rest, ...(steps ? { steps } : {}), body: bodyOf(BAG, bag) };
  },
};
