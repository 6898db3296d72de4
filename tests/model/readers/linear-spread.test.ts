import { describe, expect, test } from '@jest/globals';
import type { RValue } from '../../../model/rds/values.ts';
import { readSpread } from '../../../model/readers/linear/spread.ts';
import { inverseOf, triangleOfColumns } from '../../../model/readers/linear/triangle.ts';
import type { IntervalPart } from '../../../shared/intervals/section.ts';
import { integers, named, numbers, texts } from '../../support/r-objects.ts';

/** The QR of two columns and three rows: R is [2, 1; 0, 4]. */
const matrix = { ...numbers(2, 0.1, 0.2, 1, 4, 0.3), attributes: new Map([['dim', integers(3, 2)]]) } as RValue;
const parts = { 'df.residual': integers(1), residuals: numbers(1, -2, 3), qr: named({ qr: matrix }) };
const spread = (changes: Record<string, RValue> = {}, ...classes: string[]) =>
  readSpread(named({ ...parts, ...changes }, ...(classes.length ? classes : ['lm'])), 2, 'm.RDS');
const family = (name: string) => named({ family: texts(name) });

describe('what a fit has for intervals', () => {
  test('is the variance of its residuals and the inverse of R', () => {
    const [{ scalars, arrays }] = spread() as [IntervalPart];
    expect(scalars).toEqual({ variance: 14, df: 1, intervals: 1 });
    expect(Array.from(arrays[0]![1])).toEqual([0.5, -0.125, 0.25]);
  });

  test('is there where a column stands out of the others by a little more than qr.solve() asks for', () => {
    expect(spread({ qr: named({ qr: { ...matrix, values: Float64Array.of(2, 0.1, 0.2, 1, 2e-7, 0.3) } as RValue }) })).toHaveLength(1);
  });

  test('has residuals by their weights', () => {
    expect(spread({ weights: numbers(1, 0, 2) })[0]!.scalars.variance).toBe(19);
  });

  test.each<[string, string[], number]>([
    ['poisson', ['glm', 'lm'], 1],
    ['binomial', ['glm', 'lm'], 1],
    ['Negative Binomial(2)', ['negbin', 'glm', 'lm'], 1],
    ['Negative Binomial(2)', ['glm', 'lm'], 19],
    ['quasipoisson', ['glm', 'lm'], 19],
  ])('of a glm of the family %s (%j) is its dispersion', (name, classes, expected) => {
    const [part] = spread({ family: family(name), weights: numbers(1, 0, 2) }, ...classes);
    expect(part!.scalars.variance).toBeCloseTo(expected, 13);
    expect(part!.scalars.intervals).toBe(0);
  });

  test('of a glm whose family fixes its dispersion, as in R 4.3 and newer, is that', () => {
    const of = (dispersion: number) => {
      const both = named({ family: texts('Negative Binomial(2)'), dispersion: numbers(dispersion) });
      return spread({ family: both, weights: numbers(1, 0, 2) }, 'glm', 'lm')[0]!.scalars.variance;
    };
    expect([of(1), of(4)]).toEqual([1, 4]);
    expect(of(Number.NaN)).toBeCloseTo(19, 13);
  });

  test.each<[string, Record<string, RValue>]>([
    ['no residuals', { residuals: named({}) }],
    ['no degrees of freedom left', { 'df.residual': integers(0) }],
    ['no matrix in its QR', { qr: named({}) }],
    ['a matrix of another form', { qr: named({ qr: numbers(1, 2, 3) }) }],
    ['other weights than residuals', { weights: numbers(1) }],
    ['a residual that is no number', { residuals: numbers(1, Number.NaN, 2) }],
    [
      'a column that depends on another but for less than 1e-7 of it',
      { qr: named({ qr: { ...matrix, values: Float64Array.of(2, 0.1, 0.2, 1, 9e-8, 0.3) } as RValue }) },
    ],
    ['a column of zeros', { qr: named({ qr: { ...matrix, values: new Float64Array(6) } as RValue }) }],
  ])('is nothing with %s', (_, changes) => {
    expect(spread(changes)).toEqual([]);
  });
});

describe("the triangle of a QR decomposition and its inverse, as LINPACK's", () => {
  test('of two columns', () => {
    const triangle = triangleOfColumns([Float64Array.of(3, 4, 0), Float64Array.of(1, 0, 2)]);
    expect(triangle.map((column) => Array.from(column))).toEqual([
      [-5],
      [expect.closeTo(-0.6, 15), expect.closeTo(Math.sqrt(5 - 0.36), 14)],
    ]);
  });

  test('of a column of zeros, and of as many columns as rows', () => {
    expect(triangleOfColumns([Float64Array.of(0, 0)])).toEqual([Float64Array.of(0)]);
    expect(triangleOfColumns([Float64Array.of(2, 0), Float64Array.of(0, 3)])).toEqual([Float64Array.of(-2), Float64Array.of(0, 3)]);
    expect(inverseOf([Float64Array.of(0)])).toBeUndefined();
  });

  test('times one another are the identity', () => {
    const triangle = triangleOfColumns([Float64Array.of(1, 1, 1), Float64Array.of(1, 2, 4)]);
    const inverse = inverseOf(triangle)!;
    const [[a], [b, c]] = triangle as unknown as [[number], [number, number]];
    expect(Math.abs(inverse[0]! * a)).toBeCloseTo(1, 14);
    expect(Math.abs(inverse[2]! * c)).toBeCloseTo(1, 14);
    expect(a * inverse[1]! + b * inverse[2]!).toBeCloseTo(0, 14);
  });
});
