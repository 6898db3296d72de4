import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { readRds } from '../../../../model/rds/rds.ts';
import { attributesOf, element, type RValue } from '../../../../model/rds/values.ts';
import { CARET_READER } from '../../../../model/readers/caret/reader.ts';
import { GBM_READER } from '../../../../model/readers/gbm/reader.ts';
import { IPRED_READER } from '../../../../model/readers/ipred/reader.ts';
import { predictRows } from '../../../../shared/predict.ts';
import { numbers, texts } from '../../../support/r-objects.ts';

const FOLDER = path.join(import.meta.dirname, '..', '..', '..', 'golden', 'pipelines');

/** A list with some members changed. */
function withMembers(value: RValue, members: Record<string, RValue>): RValue {
  const names = attributesOf(value).get('names');
  if (value.type !== 'list' || names?.type !== 'character') throw new Error('no list');
  return { ...value, values: value.values.map((one, at) => members[names.values[at] ?? ''] ?? one) };
}

function trained(name: string): RValue {
  return readRds(readFileSync(path.join(FOLDER, `${name}.RDS`)), 'm.RDS');
}

/** Methods of caret whose model is of a package that is served, or near to one. */
const SERVED = [
  ...[
    'rf',
    'parRF',
    'ranger',
    'rpart',
    'rpart1SE',
    'rpart2',
    'rpartCost',
    'lm',
    'lmStepAIC',
    'glm',
    'glmStepAIC',
    'glm.nb',
    'rlm',
    'gbm',
    'glmnet',
  ],
  ...['knn', 'nnet', 'multinom', 'lda', 'qda', 'polr', 'treebag', 'gam', 'bam', 'earth', 'gcvEarth', 'xgbTree', 'xgbLinear', 'xgbDART'],
  ...['svmRadial', 'svmRadialCost', 'svmRadialSigma', 'svmLinear', 'svmPoly'],
];
const REFUSED = [
  ...[
    'avNNet',
    'bag',
    'bagEarth',
    'bagEarthGCV',
    'bagFDA',
    'C5.0',
    'cforest',
    'ctree',
    'ctree2',
    'cubist',
    'fda',
    'gamboost',
    'gamLoess',
    'gamSpline',
  ],
  ...[
    'kknn',
    'lars',
    'lars2',
    'lda2',
    'naive_bayes',
    'nb',
    'pcaNNet',
    'ppr',
    'rqlasso',
    'rqnc',
    'rfRules',
    'svmLinear2',
    'svmLinear3',
    'xyf',
  ],
];

test.each(SERVED)("caret's method %s is among those that an error names", (name) => {
  const other = withMembers(trained('caret-gam'), { method: texts('ppr') });
  expect(() => CARET_READER.read(other, 'm.RDS')).toThrow(
    new RegExp(`expected train\\(\\) with one of the methods .*\\b${name.replace('.', '\\.')}\\b`),
  );
});

test.each(REFUSED)("caret's method %s is refused by its name", (name) => {
  const other = withMembers(trained('caret-gam'), { method: texts(name) });
  expect(() => CARET_READER.read(other, 'm.RDS')).toThrow(`found caret's method "${name}" (a model of class gam), which is not served`);
});

test('a gbm of caret has the rounds that were tuned, whatever its own test rows say', () => {
  const train = trained('caret-gbm-reg');
  const final = element(train, 'finalModel') as RValue;
  const tested = withMembers(final, { 'train.fraction': numbers(0.5), 'valid.error': numbers(1, 2) });
  const answers = (finalModel: RValue) => {
    const model = CARET_READER.read(withMembers(train, { finalModel }), 'm.RDS', GBM_READER.read);
    return Array.from(predictRows(model, new Float64Array(model.schema.features.length).fill(1)));
  };
  expect(answers(tested)).toEqual(answers(final));
  const untuned = withMembers(tested, { tuneValue: { type: 'null' } });
  expect(answers(untuned)).not.toEqual(answers(final));
});

test('a bag that caret trimmed is refused, since its trees lack their samples', () => {
  const train = trained('caret-treebag');
  const final = element(train, 'finalModel') as RValue;
  const mtrees = element(final, 'mtrees') as RValue;
  const trimmed = mtrees.type === 'list' ? mtrees.values.map((tree) => withMembers(tree, { bindx: { type: 'null' } })) : [];
  const bag = withMembers(final, { mtrees: { ...mtrees, values: trimmed } as RValue });
  expect(() => IPRED_READER.read(bag, 'm.RDS')).toThrow("which caret's trim = TRUE takes out");
});
