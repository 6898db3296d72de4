import { NAIVE_BAYES } from '../../../shared/bodies/naive-bayes/body.ts';
import { type Reader, withBody } from '../reader.ts';
import { readNaiveBayes } from './naive-bayes.ts';

/** What e1071's `naiveBayes()` returned. */
export const NAIVE_BAYES_READER: Reader = {
  classes: ['naiveBayes'],
  title: 'a naiveBayes',
  read: withBody('naiveBayes', NAIVE_BAYES, readNaiveBayes),
};
