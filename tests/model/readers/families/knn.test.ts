import { describe, expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { KNN_READER } from '../../../../model/readers/knn/reader.ts';
import { NEAREST } from '../../../../shared/bodies/nearest/body.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { number } from '../../../support/lm-objects.ts';
import { attributed, integers, list, NULL, named, numbers, symbol, terms, texts } from '../../../support/r-objects.ts';

const no: RValue = { type: 'logical', values: Int32Array.of(0) };

/** Points at 0, 1 and 3 of the classes a, b and b. */
function knn(changes: Record<string, RValue> = {}, learned: Record<string, RValue> = {}): RValue {
  const y = attributed(integers(1, 2, 2), { levels: texts('a', 'b') });
  return named({ learn: named({ y, X: named({ x: numbers(0, 1, 3) }, 'data.frame'), ...learned }), k: numbers(1), ...changes }, 'knn3');
}

function predict(value: RValue, rows: object[], parameters: object = {}) {
  const model = KNN_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters })).predictions;
}

describe('the nearest neighbours of knn3()', () => {
  test('all that are as far as the k-th have a vote', () => {
    expect(predict(knn(), [{ x: 0.4 }, { x: 0.5 }, { x: 0.50001 }])).toEqual([
      { a: 1, b: 0 },
      { a: 0.5, b: 0.5 },
      { a: 0, b: 1 },
    ]);
  });

  test('of other contrasts than the usual ones are refused by their columns', () => {
    const parts = { terms: terms([number(symbol('l'), 'l', 'logical')]) };
    const by = (name: string) =>
      knn(parts, { X: attributed(numbers(0, 1, 1), { dim: integers(3, 1), dimnames: list(NULL, texts(name)) }) });
    expect(predict(by('lTRUE'), [{ l: true }])).toEqual([{ a: 0, b: 1 }]);
    expect(() => predict(by('l1'), [])).toThrow('found the column l1, expected lTRUE');
  });

  test('a tie of votes goes to the first class', () => {
    expect(predict(knn(), [{ x: 0.5 }], { type: 'class' })).toEqual(['a']);
  });

  test('k beyond the training rows is their number, as in R', () => {
    expect(predict(knn({ k: numbers(9) }), [{ x: 0 }])).toEqual([{ a: 1 / 3, b: 2 / 3 }]);
  });

  test('a value whose distance is beyond the doubles has no answer, whatever stands before it', () => {
    expect(() => predict(knn(), [{ x: 3 }, { x: 1e200 }])).toThrow('no finite answer for row 2');
  });

  test('where more are as far than R has places for, there is no answer', () => {
    const many = {
      y: attributed(integers(...Array(1200).fill(1)), { levels: texts('a') }),
      X: named({ x: numbers(...Array(1200).fill(2)) }),
    };
    expect(() => predict(knn({}, many), [{ x: 1 }])).toThrow('no finite answer for row 1');
  });

  test.each<[string, RValue, string]>([
    [
      'a class without a row',
      knn({}, { y: attributed(integers(1, 3, 3), { levels: texts('a', 'b', 'c') }) }),
      'a class without a training row',
    ],
    ['ties by chance', knn({ theDots: named({ 'use.all': no }) }), "another use.all than caret's default"],
    ['k of 0', knn({ k: numbers(0) }), 'found k 0, expected 1 to 3'],
    ['a missing value in training', knn({}, { X: named({ x: numbers(0, Number.NaN, 3) }) }), 'a value that is not finite'],
    ['a factor in training', knn({}, { X: named({ x: attributed(integers(1, 2, 1), { levels: texts('u', 'v') }) }) }), 'found a factor'],
    ['a row too few', knn({}, { y: attributed(integers(1, 2), { levels: texts('a', 'b') }) }), 'found 2 values, expected 3'],
    ['no columns', knn({}, { X: numbers(1) }), "learn$X's dim"],
  ])('%s is refused', (_, value, expected) => {
    expect(() => predict(value, [{ x: 1 }])).toThrow(expected);
  });

  test('a class that an artifact does not have is refused', () => {
    const schema = {
      kind: 'probability' as const,
      features: [{ name: 'x', type: 'number' as const }],
      classes: ['a'],
      takesMissing: false,
    };
    const body = { k: 1, points: Float64Array.of(1), values: Float64Array.of(1) };
    expect(() => NEAREST.check(schema, body, 'm')).toThrow('a class that is not there');
  });
});
