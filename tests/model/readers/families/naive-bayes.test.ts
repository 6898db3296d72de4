import { describe, expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { NAIVE_BAYES_READER } from '../../../../model/readers/naive-bayes/reader.ts';
import { longSum } from '../../../../shared/bodies/boosting/long-sum.ts';
import { normalDensity } from '../../../../shared/bodies/naive-bayes/density.ts';
import { exp } from '../../../../shared/math/exp.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { attributed, integers, list, NULL, named, numbers, texts } from '../../../support/r-objects.ts';

/** A table of two classes, column by column. */
function table(levels: string[] | undefined, ...cells: number[]): RValue {
  const columns = levels ? texts(...levels) : NULL;
  return attributed(numbers(...cells), { dim: integers(2, cells.length / 2), dimnames: list(texts('a', 'b'), columns) });
}

const flags = (...values: number[]): RValue => ({ type: 'logical', values: Int32Array.from(values) });
const TABLES = { x: table(undefined, 0, 1, 1, 1), f: table(['u', 'v'], 0.75, 0.25, 0.25, 0.75) };

function bayes(changes: Record<string, RValue> = {}): RValue {
  const parts = { apriori: integers(10, 10), tables: named(TABLES), levels: texts('a', 'b'), isnumeric: flags(1, 0), ...changes };
  return named(parts, 'naiveBayes');
}

function predict(value: RValue, rows: object[], parameters: object = {}) {
  const model = NAIVE_BAYES_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters })).predictions;
}

describe('a naive Bayes classifier', () => {
  test('a missing value, and a level that training did not have, say nothing', () => {
    const rows = [{ x: 0.5, f: 'u' }, { x: 0.5, f: null }, { f: 'v' }, { x: 9, f: 'w' }];
    expect(predict(bayes(), rows)).toEqual(['a', 'a', 'b', 'b']);
    expect(predict(bayes(), rows.slice(0, 2), { type: 'prob' })[1]).toEqual({ a: 0.5, b: 0.5 });
  });

  test('a chance of 0 counts as 0.001', () => {
    const value = bayes({ tables: named({ f: table(['u', 'v'], 0, 0.002, 1, 0.998) }), isnumeric: flags(0) });
    const [shares] = predict(value, [{ f: 'u' }], { type: 'prob' }) as [{ a: number; b: number }];
    expect(shares.a).toBeCloseTo(1 / 3, 12);
  });

  test('the means of its summands are left out where each two classes would take too long', () => {
    const of = (count: number) => {
      const classes = Array.from({ length: count }, (_, at) => `c${at}`);
      const x = table(undefined, ...classes.map(() => 0), ...classes.map(() => 1));
      const tables = named({ x: attributed(x, { dim: integers(count, 2) }) });
      return bayes({ apriori: numbers(...classes.map(() => 1)), levels: texts(...classes), tables, isnumeric: flags(1) });
    };
    expect(NAIVE_BAYES_READER.read(of(100), 'm.RDS').means).toHaveLength(200);
    expect(NAIVE_BAYES_READER.read(of(2000), 'm.RDS').means).toBeUndefined();
  });

  test('a logical is a level', () => {
    const value = bayes({ tables: named({ f: table(['FALSE', 'TRUE'], 0.75, 0.25, 0.25, 0.75) }), isnumeric: flags(0) });
    expect(predict(value, [{ f: false }, { f: true }])).toEqual(['a', 'b']);
  });

  test.each<[string, RValue, string]>([
    ['an outcome of texts', bayes({ levels: NULL }), 'expected a factor as the outcome'],
    ['a class without rows', bayes({ apriori: integers(10, 0) }), 'a class without training rows'],
    [
      'one training row of a class',
      bayes({ tables: named({ x: table(undefined, 0, 1, 1, Number.NaN) }), isnumeric: flags(1) }),
      'a class without values',
    ],
    ['three columns of a number', bayes({ tables: named({ x: table(undefined, 0, 1, 1, 1, 1, 1) }), isnumeric: flags(1) }), '3 columns'],
    [
      'a table of one class',
      bayes({ tables: named({ x: attributed(numbers(1, 2), { dim: integers(1, 2) }) }), isnumeric: flags(1) }),
      '1 rows',
    ],
    [
      'a level twice',
      bayes({ tables: named({ f: table(['u', 'u'], 1, 1, 1, 1) }), isnumeric: flags(0) }),
      '2 levels, expected 2, each once',
    ],
    ['a model without isnumeric', bayes({ isnumeric: NULL }), 'a model of e1071 1.7 or newer'],
  ])('%s is refused', (_, value, expected) => {
    expect(() => predict(value, [{}])).toThrow(expected);
  });

  test('the density far from the mean is that of dnorm()', () => {
    // sprintf("%.17g", dnorm(c(0, 6.5, 30, 39)))
    expect([0, 6.5, 30, 39].map((x) => normalDensity(x, 0, 1, exp))).toEqual([
      0.3989422804014327, 2.669556614762852e-10, 1.4736461348785476e-196, 0,
    ]);
  });

  test('a sum in long doubles keeps what doubles lose, whatever the signs', () => {
    expect(longSum(Float64Array.of(1, 2 ** -60, -1))).toBe(2 ** -60);
    expect(longSum(Float64Array.of(-(2 ** 53), -1, -0.25, -0.25))).toBe(-(2 ** 53) - 2);
    expect(longSum(Float64Array.of())).toBe(0);
  });
});
