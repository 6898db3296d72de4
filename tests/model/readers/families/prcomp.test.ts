import { expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { PRCOMP_READER } from '../../../../model/readers/prcomp/reader.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { attributed, integers, list, NULL, named, numbers, texts } from '../../../support/r-objects.ts';

/** Two columns turned by a right angle, of which the first component is kept. */
function prcomp(members: Record<string, RValue> = {}, names: RValue = list(texts('a', 'b'), texts('PC1'))): RValue {
  const rotation = attributed(numbers(0, 1), { dim: integers(2, 1), dimnames: names });
  return named({ rotation, center: numbers(1, 2), scale: numbers(1, 4), ...members }, 'prcomp');
}

function predict(value: RValue, rows: object[]) {
  const model = PRCOMP_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, rows)).predictions;
}

test("a prcomp's answer is an object of scores, of columns less their centre and by their scale", () => {
  expect(
    predict(prcomp(), [
      { a: 0, b: 4 },
      { a: 9, b: 2 },
    ]),
  ).toEqual([{ PC1: 0.5 }, { PC1: 0 }]);
  const plain = { center: { type: 'logical', values: Int32Array.of(0) }, scale: { type: 'logical', values: Int32Array.of(0) } } as const;
  expect(predict(prcomp(plain), [{ a: 0, b: 4 }])).toEqual([{ PC1: 4 }]);
});

test('columns without names are x1, x2 ...', () => {
  expect(predict(prcomp({}, list(NULL, texts('PC1'))), [{ x1: 0, x2: 4 }])).toEqual([{ PC1: 0.5 }]);
});

test('a centre too few is refused, and so is a scale that is not finite', () => {
  expect(() => predict(prcomp({ center: numbers(1) }), [])).toThrow("m.RDS's center: found 1 numbers, expected 2 finite ones");
  expect(() => predict(prcomp({ scale: numbers(1, Number.NaN) }), [])).toThrow("m.RDS's scale: found 2 numbers, expected 2 finite ones");
  expect(() => predict(prcomp({ rotation: NULL }), [])).toThrow("m.RDS's rotation");
});
