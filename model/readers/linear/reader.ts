import { LINEAR } from '../../../shared/bodies/linear/body.ts';
import { type Reader, withBody } from '../reader.ts';
import { readLinear } from './linear.ts';

/** What `lm()`, `aov()`, `glm()` and MASS's `glm.nb()` returned. */
export const LINEAR_READER: Reader = {
  classes: ['lm', 'aov', 'glm', 'negbin'],
  title: 'an lm or a glm',
  read: withBody('linear', LINEAR, readLinear),
};
