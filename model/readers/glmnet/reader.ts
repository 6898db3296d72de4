import { bodyOf } from '../../../shared/bodies/kind.ts';
import { PENALIZED } from '../../../shared/bodies/penalized/body.ts';
import type { Reader } from '../reader.ts';
import { readGlmnet } from './glmnet.ts';

/** What `glmnet()` and `cv.glmnet()` returned, relaxed or not. */
export const GLMNET_READER: Reader = {
  classes: ['elnet', 'lognet', 'multnet', 'mrelnet', 'fishnet', 'coxnet', 'glmnetfit', 'relaxed', 'cv.glmnet', 'cv.relaxed'],
  title: 'a glmnet',
  read: (value, label) => {
    const { penalized, ...rest } = readGlmnet(value, label);
    return { ...rest, body: bodyOf(PENALIZED, penalized) };
  },
};
