import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readModel } from '../../../model/artifact/import.ts';
import { applySidecar } from '../../../model/artifact/sidecar.ts';
import { readRds } from '../../../model/rds/rds.ts';
import { golden } from '../../support/golden.ts';

test.each([
  'lda',
  'knn3',
  'nnet-classes',
  'multinom',
  'earth',
  'svm',
  'coxph',
  'survreg-weibull',
  'rq',
  'rlm',
  'gam-interaction',
])('levels for a number that the formula of %s reads are refused: their codes would be computed with', (name) => {
  const { schema, read } = readModel(readRds(readFileSync(golden(name).file), name), name);
  const [feature] = read?.numbers ?? [];
  const features = { [feature ?? 'none']: { levels: ['a', 'b'] } };
  expect(() => applySidecar(schema, { features }, 'm.model.json', read)).toThrow('none: the formula reads its numbers');
});
