import { MIXED } from '../../../shared/bodies/mixed/body.ts';
import { type Reader, withBody } from '../reader.ts';
import { readMixed } from './mixed.ts';

/** What lme4's `lmer()`, `glmer()` and `glmer.nb()` returned, and lmerTest's `lmer()`. */
export const LME4_READER: Reader = {
  classes: ['lmerMod', 'glmerMod', 'lmerModLmerTest'],
  title: 'an lmer or a glmer',
  read: withBody('mixed', MIXED, readMixed),
};
