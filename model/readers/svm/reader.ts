import { bodyOf } from '../../../shared/bodies/kind.ts';
import { VECTORS } from '../../../shared/bodies/vectors/body.ts';
import type { Reader } from '../reader.ts';
import { readSvm } from './svm.ts';

/** What e1071's `svm()` returned. */
export const SVM_READER: Reader = {
  classes: ['svm', 'svm.formula'],
  title: 'an svm of e1071',
  read: (value, label) => {
    const { vectors, ...rest } = readSvm(value, label);
    return { ...rest, body: bodyOf(VECTORS, vectors) };
  },
};
