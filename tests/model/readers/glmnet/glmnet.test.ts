import { describe, expect, test } from '@jest/globals';
import { importModel, loadModel } from '../../../../model/artifact/import.ts';
import type { RValue } from '../../../../model/rds/values.ts';
import { GLMNET_READER } from '../../../../model/readers/glmnet/reader.ts';
import { atPenalty } from '../../../../model/readers/workflow/penalty.ts';
import { openApi } from '../../../../shared/api/openapi/openapi.ts';
import { decodeArtifact } from '../../../../shared/artifact.ts';
import { checkPredictor, predictRows } from '../../../../shared/predict.ts';
import type { Parameters } from '../../../../shared/schema/parameters.ts';
import { readParameters } from '../../../../shared/schema/read-parameters.ts';
import { golden } from '../../../support/golden.ts';
import { attributed, call, integers, list, NULL, named, numbers, texts } from '../../../support/r-objects.ts';

/** A dgCMatrix of the inputs a and b, one column a penalty. */
const sparse = (changes: Record<string, RValue> = {}): RValue =>
  attributed(
    { type: 'opaque', what: 'an S4 object' },
    {
      ...{ i: integers(0, 0, 1), p: integers(0, 0, 1, 3), x: numbers(2, 3, 5), Dim: integers(2, 3) },
      ...{ Dimnames: list(texts('a', 'b'), NULL), class: texts('dgCMatrix'), ...changes },
    },
  );
const truth = (value: 0 | 1): RValue => ({ type: 'logical', values: Int32Array.of(value) });

/** A glmnet of three penalties, 4, 2 and 1. */
function glmnet(changes: Record<string, RValue> = {}, ...classes: string[]): RValue {
  const members = { a0: numbers(10, 20, 30), beta: sparse(), lambda: numbers(4, 2, 1), offset: truth(0), ...changes };
  return named(members, ...(classes.length > 0 ? classes : ['elnet', 'glmnet']));
}

const read = (value: RValue) => GLMNET_READER.read(value, 'm.RDS');
function answers(value: RValue, rows: number[], parameters: Parameters = { type: 'response' }): number[] {
  const model = read(value);
  checkPredictor(model, 'm.RDS');
  return Array.from(predictRows(model, Float64Array.from(rows), parameters));
}

test('the answer is the intercept and each input times its coefficient; without s it is that of the last penalty', () => {
  expect(answers(glmnet(), [1, 10])).toEqual([30 + 3 + 50]);
  expect(read(glmnet()).schema).toEqual({
    ...{ kind: 'regression', takesMissing: false, types: ['response', 'link'], takes: ['s'] },
    features: [
      { name: 'a', type: 'number' },
      { name: 'b', type: 'number' },
    ],
  });
});

test('s takes a penalty of the path, a mixture of two, and its ends for what lies beyond', () => {
  const at = (s: number) => answers(glmnet(), [1, 10], { type: 'response', s })[0];
  expect([at(4), at(2), at(1), at(9), at(0)]).toEqual([10, 22, 83, 10, 83]);
  expect(at(1.5)).toBeCloseTo((22 + 83) / 2, 12);
});

test('cross-validation gives two penalties their names, and lambda.1se is the default', () => {
  const value = named({ 'glmnet.fit': glmnet(), 'lambda.min': numbers(1), 'lambda.1se': numbers(2) }, 'cv.glmnet');
  expect(answers(value, [1, 10])).toEqual([22]);
  expect(answers(value, [1, 10], { type: 'response', s: 'lambda.min' })).toEqual([83]);
  const { schema } = read(value);
  expect(readParameters(schema, { s: 'lambda.min' }, '').parameters.s).toBe('lambda.min');
  expect(readParameters(schema, { s: ['lambda.1se'] }, '').problems).toEqual([]);
  expect(readParameters(schema, { s: 'best' }, '').problems[0]?.message).toBe(
    'found the text "best", expected a number from 0 on or "lambda.min" or "lambda.1se"',
  );
  expect(readParameters(schema, { s: -1 }, '').problems).toHaveLength(1);
  expect(readParameters(read(glmnet()).schema, { s: 'lambda.min' }, '').problems).toHaveLength(1);
});

test('a relaxed model is a blend by gamma; a penalty that its relaxed path lacks has the last column there', () => {
  const relaxed = glmnet({
    a0: numbers(100, 200),
    beta: sparse({ p: integers(0, 0, 1), i: integers(0), x: numbers(7), Dim: integers(2, 2) }),
    lambda: numbers(4, 2),
  });
  const value = glmnet({ relaxed }, 'relaxed', 'elnet', 'glmnet');
  expect(read(value).schema.takes).toEqual(['s', 'gamma']);
  expect(answers(value, [1, 10])).toEqual([83]);
  const half = answers(value, [1, 10], { type: 'response', s: 2, gamma: 0.5 });
  expect(half).toEqual([110 + 4.5]);
  expect(answers(value, [1, 10], { type: 'response', gamma: 0.5 })).toEqual([115 + 5 + 25]);
});

test('a relaxed path whose last column would stand for too many penalties is refused', () => {
  const count = 2 ** 12;
  const inputs = Array.from({ length: count + 1 }, (_, at) => `x${at}`);
  const dimnames = { Dimnames: list(texts(...inputs), NULL) };
  const none = { i: integers(), x: numbers(), p: integers(...new Array<number>(count + 1).fill(0)), Dim: integers(count + 1, count) };
  const full = {
    i: integers(...inputs.keys()),
    x: numbers(...inputs.map(() => 1)),
    p: integers(0, count + 1),
    Dim: integers(count + 1, 1),
  };
  const lambda = numbers(...inputs.slice(1).map((_, at) => count - at));
  const relaxed = glmnet({ a0: numbers(1), beta: sparse({ ...full, ...dimnames }), lambda: numbers(count) });
  const a0 = numbers(...inputs.slice(1).map(() => 1));
  const value = glmnet({ a0, lambda, beta: sparse({ ...none, ...dimnames }), relaxed }, 'relaxed', 'elnet', 'glmnet');
  expect(() => read(value)).toThrow(`m.RDS's relaxed: found ${count * (count + 1)} coefficients, expected at most ${2 ** 24}`);
});

test('two classes have the chance of each; the second one is for a sum above 0', () => {
  const value = glmnet({ a0: numbers(0, 0, 0), classnames: texts('no', 'yes') }, 'lognet', 'glmnet');
  const chance = 1 / (1 + Math.exp(-1));
  expect(answers(value, [1 / 3, 0])).toEqual([1 - chance, chance]);
  expect(answers(value, [0, 0, 1, 0], { type: 'class' })).toEqual([0, 1]);
  expect(answers(value, [1 / 3, 0], { type: 'link' })).toEqual([1]);
});

test('an offset is a feature of its own', () => {
  const value = glmnet({ offset: truth(1) });
  expect(read(value).schema.features.map(({ name }) => name)).toEqual(['a', 'b', 'newoffset']);
  expect(answers(value, [1, 10, 0.5])).toEqual([83.5]);
});

describe('a part that is wrong is named:', () => {
  const cases: [string, RValue, string][] = [
    ['another matrix', glmnet({ beta: numbers(1) }), "m.RDS's beta: found double of length 1, expected a sparse matrix (dgCMatrix)"],
    ['too few intercepts', glmnet({ a0: numbers(1) }), "m.RDS's a0: found 1 numbers, expected 3"],
    ['columns', glmnet({ beta: sparse({ Dim: integers(2, 2) }) }), "m.RDS's beta: found 2 columns, expected 3, one a lambda"],
    ['starts', glmnet({ beta: sparse({ p: integers(0, 2, 1, 3) }) }), "m.RDS's beta: found columns that do not fit its entries"],
    ['an input that is not there', glmnet({ beta: sparse({ i: integers(0, 0, 2) }) }), 'expected inputs below 2, ascending'],
    ['a coefficient that is no number', glmnet({ beta: sparse({ x: numbers(1, Number.NaN, 2) }) }), 'expected 3 finite numbers'],
    ['a penalty twice', glmnet({ lambda: numbers(4, 4, 1) }), "m.RDS's lambda: found 4 after 4, expected penalties in order, each once"],
    [
      'no penalty',
      glmnet({ lambda: numbers(), a0: numbers(), beta: sparse({ Dim: integers(2, 0), p: integers(0), i: integers(), x: numbers() }) }),
      'expected at least one',
    ],
    ['classes', glmnet({ classnames: texts('a') }, 'lognet', 'glmnet'), "m.RDS's classnames: found 1, expected 2"],
    ['no relaxed fit', glmnet({}, 'relaxed', 'elnet', 'glmnet'), "m.RDS's relaxed: found nothing"],
    ['no fit', named({}, 'cv.glmnet'), "m.RDS's glmnet.fit: found nothing"],
    ['a link', glmnet({ family: named({ link: texts('mine') }) }, 'glmnetfit', 'glmnet'), "m.RDS's link: found mine"],
    ['a wrong flag', glmnet({ offset: numbers(3) }), "m.RDS's offset: found 3, expected TRUE or FALSE"],
  ];
  test.each(cases)('%s', (_, value, message) => {
    expect(() => answers(value, [1, 2])).toThrow(message);
  });
});

test("parsnip's penalty is the one that is used, and its class of two is the second from 0.5 on", () => {
  const value = glmnet({ a0: numbers(0, 0, 0), classnames: texts('no', 'yes') }, 'lognet', 'glmnet');
  const spec = (penalty: RValue) => named({ args: named({ penalty }) });
  const engine = atPenalty(read(value), spec(call('~', [numbers(2)])), ['no', 'yes'], 'm.RDS');
  expect(engine.schema).toMatchObject({ kind: 'regression', types: ['response'] });
  checkPredictor(engine, 'm.RDS');
  expect(Array.from(predictRows(engine, Float64Array.of(1, 10)))).toEqual([1 / (1 + Math.exp(-2))]);
  expect(() => atPenalty(read(value), spec(call('~', [call('tune', [])])), ['no', 'yes'], 'm.RDS')).toThrow(
    "m.RDS's penalty: found nothing that is a number, expected one number from 0 on",
  );
  expect(() => atPenalty(read(value), spec(numbers(2)), ['yes', 'no'], 'm.RDS')).toThrow("m.RDS's classes: found no, yes");
});

test('the penalty stands in the OpenAPI document, with the names that the model has', () => {
  const text = JSON.stringify(openApi(loadModel(golden('glmnet-cv-relaxed').file)));
  for (const word of ['lambda.1se', 'lambda.min', 'gamma.min', '"gamma"']) expect(text).toContain(word);
});

test('columns without names may get some from a sidecar', () => {
  const { file } = golden('glmnet-unnamed');
  expect(decodeArtifact(importModel(file)).schema.features[5]).toEqual({ name: 'V6', type: 'number' });
  expect(read(glmnet({ beta: sparse({ Dimnames: list(texts('V1', 'V2'), NULL) }) })).isUnnamed).toBe(true);
});
