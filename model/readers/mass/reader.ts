import { DISCRIMINANT } from '../../../shared/bodies/discriminant/body.ts';
import { LINEAR } from '../../../shared/bodies/linear/body.ts';
import { ORDINAL } from '../../../shared/bodies/ordinal/body.ts';
import { type Reader, withBody } from '../reader.ts';
import { readDiscriminant } from './discriminant.ts';
import { readPolr } from './polr.ts';
import { readRlm } from './rlm.ts';

/** What MASS's `lda()` and `qda()` returned. */
export const DISCRIMINANT_READER: Reader = {
  classes: ['lda', 'qda'],
  title: 'an lda or a qda',
  read: withBody('discriminant', DISCRIMINANT, readDiscriminant),
};

/** What MASS's `polr()` returned. */
export const POLR_READER: Reader = {
  classes: ['polr'],
  title: 'a polr',
  read: withBody('ordinal', ORDINAL, readPolr),
};

/** What MASS's `rlm()` returned. */
export const RLM_READER: Reader = {
  classes: ['rlm'],
  title: 'an rlm',
  read: withBody('linear', LINEAR, readRlm),
};
