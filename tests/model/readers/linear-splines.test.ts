import { describe, expect, test } from '@jest/globals';
import type { RValue } from '../../../model/rds/values.ts';
import { FACTOR, lm, number, predict, read, term, x } from '../../support/lm-objects.ts';
import { call, named, numbers, symbol, texts } from '../../support/r-objects.ts';

const no: RValue = { type: 'logical', values: Int32Array.of(0) };
const known = { knots: numbers(), 'Boundary.knots': call('c', [numbers(0), numbers(1)]), intercept: no };

describe('splines of a formula', () => {
  // The Bernstein polynomials of degree 3 at 1/4: 27, 27, 9 and 1 of 64.
  const bs = call('bs', [x], { degree: numbers(3), ...known });

  test('bs() without inner knots is the polynomials of Bernstein', () => {
    const model = lm({ variables: [number(bs, 'v', 'nmatrix.3')], coefficients: [0, 64, 640, 6400] });
    expect(predict(model, [{ x: 0.25 }])).toEqual([27 + 90 + 100]);
    expect(read(model).steps?.map(({ data }) => data.step)).toEqual(['columns', 'splines']);
  });

  test('a feature beside a spline, and an offset with one, keep their places', () => {
    const model = lm({ variables: [number(symbol('z'), 'z'), number(bs, 'v', 'nmatrix.3')], coefficients: [0, 1, 0, 0, 64] });
    expect(predict(model, [{ z: 10, x: 0.25 }])).toEqual([11]);
  });

  test.each<[string, RValue, RegExp]>([
    ['no knots', call('ns', [x, numbers(3)]), /ns\(\) without its knots, expected a model that predict\(\) can use/],
    ['boundary knots that are one', call('ns', [x], { ...known, 'Boundary.knots': numbers(1, 1) }), /found another basis/],
    ['a degree of 50', call('bs', [x], { ...known, degree: numbers(50) }), /found another basis/],
    [
      'thousands of knots',
      call('ns', [x], { ...known, knots: numbers(...Array.from({ length: 1_001 }, (_, at) => at / 1_002)) }),
      /found 1001 knots, expected at most 1000/,
    ],
    ['a spline within arithmetic', call('I', [call('*', [call('bs', [x], known), numbers(2)])]), /the function bs\(\)/],
  ])('%s is refused', (_, value, expected) => {
    expect(() => term(value, { x: 1 })).toThrow(expected);
  });

  test('a feature with the name of a spline column is refused', () => {
    const variables = [number(symbol('spline 1'), 'spline 1'), number(bs, 'v', 'nmatrix.3')];
    expect(() => read(lm({ variables, coefficients: [0, 1, 1, 1, 1] }))).toThrow('a feature called "spline 1"');
  });
});

describe('interaction() of a formula', () => {
  const [f, g] = [symbol('f'), symbol('g')];
  const model = (value: RValue, levels: string[]) =>
    lm({
      variables: [number(value, 'v', 'factor')],
      coefficients: levels.map((_, at) => (at === 0 ? 0 : 10 ** (at - 1))),
      members: { ...FACTOR, xlevels: named({ v: texts(...levels) }) },
    });

  test('a combination has the place of its joined levels', () => {
    const crossed = model(call('interaction', [f, g]), ['a.1', 'b.1', 'b.2']);
    const rows = [
      { f: 'a', g: 1 },
      { f: 'b', g: 1 },
      { f: 'b', g: 2 },
    ];
    expect(predict(crossed, rows)).toEqual([0, 1, 10]);
  });

  test('a combination that training did not have has no answer', () => {
    const crossed = model(call('interaction', [f, g]), ['a.1', 'b.1', 'b.2']);
    expect(() => predict(crossed, [{ f: 'a', g: 2 }])).toThrow(/no finite answer for row 1/);
    expect(() => predict(crossed, [{ f: 'b', g: 3 }])).toThrow(/no finite answer for row 1/);
  });

  test('levels that have the separator in them are refused, other ones may be had', () => {
    expect(() => read(model(call('interaction', [f, g]), ['a.b.1', 'b.1']))).toThrow('levels that "." does not part into 2');
    expect(predict(model(call('interaction', [f, g], { sep: texts('|') }), ['a.b|x', 'b|y']), [{ f: 'b', g: 'y' }])).toEqual([1]);
    expect(() => read(model(call('interaction', [f]), ['a', 'b']))).toThrow('interaction() of another form');
  });
});
