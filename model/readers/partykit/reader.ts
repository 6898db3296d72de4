import { bodyOf } from '../../../shared/bodies/kind.ts';
import { RPART } from '../../../shared/bodies/rpart/body.ts';
import { COMPLETE } from '../../../shared/steps/complete.ts';
import { EXPRESSIONS } from '../../../shared/steps/expressions.ts';
import { stepOf } from '../../../shared/steps/kind.ts';
import type { Reader } from '../reader.ts';
import { readParty } from './tree.ts';

/** What partykit's `ctree()` returned, and trees of other packages as its `as.party()` has them. */
export const PARTYKIT_READER: Reader = {
  classes: ['constparty'],
  title: 'a ctree of partykit',
  read: (value, label) => {
    const { rpart, inputs, isComplete, ...rest } = readParty(value, label);
    const complete = isComplete ? [stepOf(COMPLETE, { step: 'complete' })] : [];
    const steps = inputs && [stepOf(EXPRESSIONS, { step: 'expressions', columns: inputs }), ...complete];
    return { ...rest, ...(steps ? { steps } : {}), body: bodyOf(RPART, rpart) };
  },
};
