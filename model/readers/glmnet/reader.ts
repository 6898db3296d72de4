import { PENALIZED } from '../../../shared/bodies/penalized/body.ts';
import { type Reader, withBody } from '../reader.ts';
import { readGlmnet } from './glmnet.ts';

/** What `glmnet()` and `cv.glmnet()` returned, relaxed or not. */
export const GLMNET_READER: Reader = {
  classes: ['elnet', 'lognet', 'multnet', 'mrelnet', 'fishnet', 'coxnet', 'glmnetfit', 'relaxed', 'cv.glmnet', 'cv.relaxed'],
  title: 'a glmnet',
  read: withBody('penalized', PENALIZED, readGlmnet),
};
