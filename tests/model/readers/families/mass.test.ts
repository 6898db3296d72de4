import { describe, expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { DISCRIMINANT_READER, POLR_READER } from '../../../../model/readers/mass/reader.ts';
import type { Reader } from '../../../../model/readers/reader.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { number, x } from '../../../support/lm-objects.ts';
import { attributed, integers, list, NULL, named, numbers, symbol, terms, texts } from '../../../support/r-objects.ts';

function predict(reader: Reader, value: RValue, rows: object[], parameters: object = {}) {
  const model = reader.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters })).predictions;
}

/** Classes a and b with means -1 and 1 of x. */
function lda(changes: Record<string, RValue> = {}, name = 'lda'): RValue {
  const means = attributed(numbers(-1, 1), { dim: integers(2, 1), dimnames: list(texts('a', 'b'), texts('x')) });
  const prior = attributed(numbers(0.5, 0.5), { names: texts('a', 'b') });
  const scaling = attributed(numbers(1), { dim: integers(1, 1) });
  return named({ prior, means, scaling, svd: numbers(3), lev: texts('a', 'b'), ...changes }, name);
}

describe('a discriminant analysis', () => {
  test('the nearer mean wins, and a tie is the first class', () => {
    expect(predict(DISCRIMINANT_READER, lda(), [{ x: -3 }, { x: 0.1 }, { x: 0 }])).toEqual(['a', 'b', 'a']);
    expect(predict(DISCRIMINANT_READER, lda(), [{ x: 0 }], { type: 'prob' })).toEqual([{ a: 0.5, b: 0.5 }]);
  });

  test('of other contrasts than the usual ones is refused by its columns, as it keeps none', () => {
    const by = (...columns: string[]) =>
      lda({
        means: attributed(numbers(0, 1, 1, 0), { dim: integers(2, 2), dimnames: list(texts('a', 'b'), texts(...columns)) }),
        scaling: attributed(numbers(1, 2), { dim: integers(2, 1) }),
        terms: terms([number(symbol('f'), 'f', 'factor')]),
        xlevels: named({ f: texts('u', 'v', 'w') }),
      });
    expect(predict(DISCRIMINANT_READER, by('fv', 'fw'), [{ f: 'v' }, { f: 'w' }])).toEqual(['b', 'a']);
    expect(() => predict(DISCRIMINANT_READER, by('f1', 'f2'), [])).toThrow("found the column f1, expected fv, by R's usual contrasts");
  });

  test('of a quadratic one each class has its scale', () => {
    const scaling = attributed(numbers(1, 0.1), { dim: integers(1, 1, 2) });
    const value = lda({ scaling, ldet: numbers(0, 4.6) }, 'qda');
    expect(predict(DISCRIMINANT_READER, value, [{ x: -1 }, { x: 1.5 }, { x: -9 }])).toEqual(['a', 'b', 'b']);
  });

  /** A linear one of so many classes, columns and dimensions. */
  const wide = (classes: number, width: number, dimensions: number): RValue => {
    const zeros = (rows: number, columns: number) =>
      attributed({ type: 'double', values: new Float64Array(rows * columns) }, { dim: integers(rows, columns) });
    const lev: RValue = { type: 'character', values: Array.from({ length: classes }, (_, at) => `c${at}`) };
    const prior = attributed({ type: 'double', values: new Float64Array(classes).fill(1 / classes) }, { names: lev });
    const svd: RValue = { type: 'double', values: new Float64Array(dimensions).fill(1) };
    return lda({ prior, means: zeros(classes, width), scaling: zeros(width, dimensions), svd, lev });
  };

  test('of so many classes, columns and dimensions that their places would take seconds is refused', () => {
    const expected = 'm.RDS: found 1300 classes of 1300 columns in 1299 dimensions, expected a product of at most 2147483648';
    expect(() => DISCRIMINANT_READER.read(wide(1300, 1300, 1299), 'm.RDS')).toThrow(expected);
  });

  test('of more classes than a call takes arguments is read', () => {
    expect(DISCRIMINANT_READER.read(wide(200_000, 1, 1), 'm.RDS').schema.classes).toHaveLength(200_000);
  });

  test.each<[string, RValue, string]>([
    ['a prior of another length', lda({ prior: attributed(numbers(1), { names: texts('a') }) }), 'found 1 classes, expected 2'],
    ['a scaling of another size', lda({ scaling: numbers(1, 2) }), 'found 2 cells, expected 1'],
    ['a prior of 0', lda({ prior: attributed(numbers(0, 1), { names: texts('a', 'b') }) }), 'a class without prior'],
    ['a mean that is no number', lda({ means: attributed(numbers(Number.NaN, 1), { dim: integers(2, 1) }) }), 'not finite'],
    ['a formula of other columns', lda({ terms: terms([number(x, 'x'), number(x, 'z')]) }), 'found 2 columns, expected 1'],
    ['a qda without ldet', lda({}, 'qda'), "m.RDS's ldet"],
  ])('%s is refused', (_, value, expected) => {
    expect(() => predict(DISCRIMINANT_READER, value, [{ x: 1 }])).toThrow(expected);
  });
});

describe('a regression of ordered classes', () => {
  const polr = (changes: Record<string, RValue> = {}) =>
    named(
      {
        terms: terms([number(x, 'x')]),
        coefficients: numbers(1),
        zeta: numbers(0, 2),
        lev: texts('S', 'M', 'L'),
        method: texts('logistic'),
        ...changes,
      },
      'polr',
    );

  test('chances are differences between the cuts', () => {
    const [shares] = predict(POLR_READER, polr(), [{ x: 0 }], { type: 'prob' }) as [Record<string, number>];
    expect([shares.S, shares.M, shares.L]).toEqual([0.5, 1 / (1 + Math.exp(-2)) - 0.5, 1 - 1 / (1 + Math.exp(-2))]);
    expect(predict(POLR_READER, polr(), [{ x: -2 }, { x: 5 }])).toEqual(['S', 'L']);
  });

  test.each<[string, RValue, string]>([
    ['the method cauchit', polr({ method: texts('cauchit') }), 'found cauchit, expected one of logistic, probit, loglog, cloglog'],
    ['a dropped coefficient', polr({ coefficients: numbers() }), 'found 0, expected 1'],
    ['a cut too few', polr({ zeta: numbers(0) }), 'found 2 classes, expected 3'],
    ['no levels', polr({ lev: NULL }), "m.RDS's lev"],
    ['an offset', polr({ terms: terms([number(x, 'x'), number(x, 'offset(x)')], { offset: integers(3) }) }), 'an offset'],
  ])('%s is refused', (_, value, expected) => {
    expect(() => predict(POLR_READER, value, [{ x: 1 }])).toThrow(expected);
  });
});
