import { bodyOf } from '../../../shared/bodies/kind.ts';
import { NEAREST } from '../../../shared/bodies/nearest/body.ts';
import type { Reader } from '../reader.ts';
import { readKnn } from './knn.ts';

/** What caret's `knn3()` and `knnreg()` returned. */
export const KNN_READER: Reader = {
  classes: ['knn3', 'knnreg'],
  title: 'a knn3 or a knnreg',
  read: (value, label) => {
    const { nearest, ...rest } = readKnn(value, label);
    return { ...rest, body: bodyOf(NEAREST, nearest), call: rest.schema.classes ? 'knn3' : 'knnreg' };
  },
};
