import { bodyOf } from '../../../shared/bodies/kind.ts';
import { NAIVE_BAYES } from '../../../shared/bodies/naive-bayes/body.ts';
import type { Reader } from '../reader.ts';
import { readNaiveBayes } from './naive-bayes.ts';

/** What e1071's `naiveBayes()` returned. */
export const NAIVE_BAYES_READER: Reader = {
  classes: ['naiveBayes'],
  title: 'a naiveBayes',
  read: (value, label) => {
    const { naiveBayes, ...rest } = readNaiveBayes(value, label);
    return { ...rest, body: bodyOf(NAIVE_BAYES, naiveBayes) };
  },
};
