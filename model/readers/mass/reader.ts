import { DISCRIMINANT } from '../../../shared/bodies/discriminant/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { LINEAR } from '../../../shared/bodies/linear/body.ts';
import { ORDINAL } from '../../../shared/bodies/ordinal/body.ts';
import type { Reader } from '../reader.ts';
import { readDiscriminant } from './discriminant.ts';
import { readPolr } from './polr.ts';
import { readRlm } from './rlm.ts';

/** What MASS's `lda()` and `qda()` returned. */
export const DISCRIMINANT_READER: Reader = {
  classes: ['lda', 'qda'],
  title: 'an lda or a qda',
  read: (value, label) => {
    const { discriminant, ...rest } = readDiscriminant(value, label);
    return { ...rest, body: bodyOf(DISCRIMINANT, discriminant) };
  },
};

/** What MASS's `polr()` returned. */
export const POLR_READER: Reader = {
  classes: ['polr'],
  title: 'a polr',
  read: (value, label) => {
    const { ordinal, ...rest } = readPolr(value, label);
    return { ...rest, body: bodyOf(ORDINAL, ordinal) };
  },
};

/** What MASS's `rlm()` returned. */
export const RLM_READER: Reader = {
  classes: ['rlm'],
  title: 'an rlm',
  read: (value, label) => {
    const { linear, ...rest } = readRlm(value, label);
    return { ...rest, body: bodyOf(LINEAR, linear) };
  },
};
