import { VECTORS } from '../../../shared/bodies/vectors/body.ts';
import { type Reader, withBody } from '../reader.ts';
import { readSvm } from './svm.ts';

/** What e1071's `svm()` returned. */
export const SVM_READER: Reader = {
  classes: ['svm', 'svm.formula'],
  title: 'an svm of e1071',
  read: withBody('vectors', VECTORS, readSvm),
};
