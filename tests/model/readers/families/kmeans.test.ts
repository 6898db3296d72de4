import { expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { KMEANS_READER } from '../../../../model/readers/kmeans/reader.ts';
import { CENTRES } from '../../../../shared/bodies/centres/body.ts';
import { bodyOf } from '../../../../shared/bodies/kind.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { attributed, integers, list, NULL, named, numbers, texts } from '../../../support/r-objects.ts';

/** Two centres of the columns a and b: (0, 0) and (4, 2). */
function kmeans(names: RValue = list(texts('1', '2'), texts('a', 'b')), dim: RValue = integers(2, 2)): RValue {
  return named({ centers: attributed(numbers(0, 4, 0, 2), { dim, dimnames: names }) }, 'kmeans');
}

function read(value: RValue) {
  const model = KMEANS_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return model;
}

const predict = (value: RValue, rows: object[]) => {
  const model = read(value);
  return answerQuery(model, readValue(model.schema, rows)).predictions;
};

test("a kmeans's answer is the cluster of the nearest centre, the first where two are as near", () => {
  const rows = [
    { a: 1, b: 0 },
    { a: 3, b: 2 },
    { a: 2, b: 1 },
  ];
  expect(predict(kmeans(), rows)).toEqual(['1', '2', '1']);
});

test('columns without names are x1, x2 ..., clusters without names their numbers', () => {
  expect(predict(kmeans(list(NULL, NULL)), [{ x1: 3, x2: 2 }])).toEqual(['2']);
});

test('a row whose squares are beyond the doubles has no answer', () => {
  expect(() => predict(kmeans(), [{ a: 1e200, b: 0 }])).toThrow('no finite answer for row 1');
});

test('centres that are no matrix, or not finite, are refused', () => {
  expect(() => read(kmeans(undefined, integers(2, 1)))).toThrow('4 numbers of 2 rows and 1 columns');
  expect(() => read(named({ centers: NULL }, 'kmeans'))).toThrow("m.RDS's centers");
  const model = read(kmeans());
  const check = (points: number[]) => checkPredictor({ ...model, body: bodyOf(CENTRES, { points: Float64Array.from(points) }) }, 'a');
  expect(() => check([1, 2, 3])).toThrow('3 numbers');
  expect(() => check([1, 2])).toThrow('1 classes');
  expect(() => check([1, 2, 3, Number.POSITIVE_INFINITY])).toThrow('not finite');
});
