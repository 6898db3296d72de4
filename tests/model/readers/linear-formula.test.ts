import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { cutLabels } from '../../../model/formula/cut.ts';
import type { Kept, RValue } from '../../../model/rds/values.ts';
import { LINEAR_READER } from '../../../model/readers/linear/reader.ts';
import { ModelError } from '../../../shared/errors.ts';
import { FUNCTIONS } from '../../../shared/expressions/functions.ts';
import { LINKS } from '../../../shared/expressions/links.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { FACTOR, lm, number, predict, read, term, x } from '../../support/lm-objects.ts';
import { call, matrix, named, numbers, symbol, texts } from '../../support/r-objects.ts';

describe('an expression of a formula is what R makes of it', () => {
  const two = numbers(2);
  test.each<[string, RValue, object, number]>([
    [
      'base::log(x)',
      { type: 'language', values: [call('::', [symbol('base'), symbol('log')]), x], tags: [undefined, undefined] },
      { x: 1 },
      0,
    ],
    ['I(x^2 - 1)', call('I', [call('-', [call('^', [x, two]), numbers(1)])]), { x: 3 }, 8],
    ['(-x)', call('(', [call('-', [x])]), { x: 3 }, -3],
    ['-5 %% 3', call('%%', [x, numbers(3)]), { x: -5 }, 1],
    ['-5 %/% 3', call('%/%', [x, numbers(3)]), { x: -5 }, -2],
    ['log(8, 2)', call('log', [x, two]), { x: 8 }, 3],
    ['log(x, base = 10)', call('log', [x], { base: numbers(10) }), { x: 1000 }, 3],
    ['pmin(x, 2)', call('pmin', [x, two]), { x: 3 }, 2],
    ['round(2.5)', call('round', [x]), { x: 2.5 }, 2],
    ['ifelse(x > 2, 10, z)', call('ifelse', [call('>', [x, two]), numbers(10), symbol('z')]), { x: 1, z: 4 }, 4],
    ['x %in% c(1, 3)', call('%in%', [x, call('c', [numbers(1), numbers(3)])]), { x: 3 }, 1],
    ['pi', call('*', [x, symbol('pi')]), { x: 1 }, Math.PI],
    ['as.integer(x)', call('as.integer', [x]), { x: -2.7 }, -2],
    ['!x', call('!', [x]), { x: 0 }, 1],
    ['x & z', call('&', [x, symbol('z')]), { x: 1, z: 0 }, 0],
    ['scale(x) of predvars', call('scale', [x], { center: numbers(2), scale: numbers(4) }), { x: 4 }, 0.5],
    [
      'scale(x, scale = FALSE)',
      call('scale', [x], { center: numbers(2), scale: { type: 'logical', values: Int32Array.of(0) } }),
      { x: 4 },
      2,
    ],
  ])('%s', (_, value, row, expected) => {
    expect(term(value, row)).toBe(expected);
  });

  // R takes the first letters of an argument's name too: an argument that is passed over would be another number.
  test.each<[string, RValue]>([
    ['log(x, b = 3)', call('log', [x], { b: numbers(3) })],
    ['scale(x, cen = 2)', call('scale', [x], { cen: numbers(2), scale: numbers(4), center: numbers(1) })],
    ['poly(x, r = TRUE)', call('poly', [x, numbers(2)], { r: numbers(1), raw: numbers(1) })],
    ['bs(x, deg = 2)', call('bs', [x], { deg: numbers(2), knots: numbers(1), 'Boundary.knots': call('c', [numbers(0), numbers(2)]) })],
  ])('%s is refused by its arguments', (_, value) => {
    expect(() => term(value, { x: 1 })).toThrow('found other arguments');
  });
  test.each<[string, RValue]>([
    [
      'cut(x, breaks, ri = FALSE)',
      call('cut', [x, call('c', [numbers(0), numbers(2), numbers(5)])], { labels: texts('a', 'b'), ri: numbers(0) }),
    ],
    ['factor(x, levels, lab)', call('factor', [x, call('c', [numbers(2), numbers(5)])], { lab: texts('a', 'b') })],
  ])('%s is refused by its arguments', (_, value) => {
    const model = lm({
      variables: [number(value, 'v', 'factor')],
      coefficients: [0, 1],
      members: { ...FACTOR, xlevels: named({ v: texts('a', 'b') }) },
    });
    expect(() => read(model)).toThrow('found other arguments');
  });
  test('a difference that is a class of its own is refused: of two times its unit hangs on the data', () => {
    const z = symbol('z');
    const of = (kind: string) => lm({ variables: [number(call('I', [call('-', [x, z])]), 'v', kind)], coefficients: [0, 1] });
    expect(() => read(of('other'))).toThrow('a difference of dates or times');
    expect(predict(of('numeric'), [{ x: 3, z: 1 }])).toEqual([2]);
  });

  test.each<[string, RValue, object, number]>([
    ['factor(x) of numbers', call('factor', [x]), { x: 6 }, 1],
    ['relevel(f)', call('relevel', [symbol('f')], { ref: texts('a') }), { f: 'c' }, 10],
    [
      'factor(x, levels, labels)',
      call('factor', [x], { levels: call('c', [numbers(4), numbers(6), numbers(8)]), labels: texts('a', 'b', 'c') }),
      { x: 8 },
      10,
    ],
    [
      'cut(x, breaks)',
      call('cut', [x, call('c', [numbers(0), numbers(2), numbers(5), numbers(Infinity)])], { labels: texts('a', 'b', 'c') }),
      { x: 5 },
      1,
    ],
    [
      'cut(x, right = FALSE)',
      call('cut', [x, call('c', [numbers(0), numbers(2), numbers(5), numbers(9)])], {
        labels: texts('a', 'b', 'c'),
        right: { type: 'logical', values: Int32Array.of(0) },
      }),
      { x: 5 },
      10,
    ],
  ])('%s', (name, value, row, expected) => {
    const levels = name === 'factor(x) of numbers' ? texts('4', '6', '8') : texts('a', 'b', 'c');
    const model = lm({
      variables: [number(value, 'v', 'factor')],
      coefficients: [0, 1, 10],
      members: { ...FACTOR, xlevels: named({ v: levels }) },
    });
    expect(predict(model, [row])).toEqual([expected]);
  });

  test('poly() is evaluated with the coefficients of the training data, or raw', () => {
    const coefs = named({ alpha: numbers(2, 3), norm2: numbers(1, 5, 16, 4) });
    const poly = (tagged: Record<string, RValue>) =>
      lm({ variables: [number(call('poly', [x, numbers(2)], tagged), 'v', 'nmatrix.2')], coefficients: [0, 1, 100] });
    // (7 - 2) / 4, then ((7 - 3) * 5 - 16 / 5) / 2
    expect(predict(poly({ coefs }), [{ x: 7 }])).toEqual([1.25 + 100 * ((4 * 5 - (16 / 5) * 1) / 2)]);
    expect(predict(poly({ raw: { type: 'logical', values: Int32Array.of(1) } }), [{ x: 7 }])).toEqual([7 + 4900]);
  });

  test('a comparison with texts needs the levels', () => {
    const value = lm({ variables: [number(call('ifelse', [call('==', [symbol('s'), texts('F')]), numbers(1), numbers(0)]))] });
    expect(() => read(value)).toThrow(/the feature "s", compared with texts, without its levels.*model\.json/);
    const model = LINEAR_READER.read(value, 'm.RDS');
    model.schema.features = [{ name: 's', type: 'factor', levels: ['F', 'M'] }];
    expect(answerQuery(model, readValue(model.schema, [{ s: 'F' }, { s: 'M' }])).predictions).toEqual([3, 1]);
  });

  test('a level of numbers that is not known has no answer', () => {
    const model = lm({
      variables: [number(call('factor', [x]), 'v', 'factor')],
      coefficients: [0, 1, 10],
      members: { ...FACTOR, xlevels: named({ v: texts('4', '6', '8') }) },
    });
    expect(() => predict(model, [{ x: 5 }])).toThrow(/no finite answer for row 1/);
  });
});

test('the labels of cut() are those of R', () => {
  const shown = { right: true, lowest: false, digits: 3 };
  expect(cutLabels([0, 1.5, 1000, 123456], shown)).toEqual(['(0,1.5]', '(1.5,1e+03]', '(1e+03,1.23e+05]']);
  expect(cutLabels([1.0001, 1.0002, 1e-7 + 2], { ...shown, lowest: true })).toEqual([
    '[1.0001,1.0002]',
    '(1.0002,2.0000]'.replace('2.0000', '2'),
  ]);
  expect(cutLabels([Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY], { ...shown, right: false, lowest: true })).toEqual([
    '[-Inf,0)',
    '[0, Inf]',
  ]);
  expect(cutLabels([0, 1, Number.POSITIVE_INFINITY], shown)).toEqual(['(0,1]', '(1,Inf]']);
  // Halfway: the even digit, as C has it.
  expect(cutLabels([-1, 1.125, 2.375, 100000.5], shown)).toEqual(['(-1,1.12]', '(1.12,2.38]', '(2.38,1e+05]']);
});

describe("variables of a formula's environment", () => {
  type Environment = Extract<RValue, { type: 'opaque' }>;
  const around = (variables: Record<string, Kept>, enclosing?: RValue): Environment => {
    return { type: 'opaque', what: 'an environment', variables: new Map(Object.entries(variables)), ...(enclosing ? { enclosing } : {}) };
  };
  const model = (value: RValue, environment: RValue) => lm({ variables: [number(value)], terms: { '.Environment': environment } });

  test("a function of the user's own is refused, wherever it is called", () => {
    const outer = around({}, around({ sqrt: { type: 'function' } }));
    for (const value of [call('sqrt', [x]), call('I', [call('+', [x, call('sqrt', [x])])])]) {
      expect(() => read(model(value, outer))).toThrow('a call of sqrt()');
    }
    expect(() => read(model(call('exp', [x]), outer))).not.toThrow();
    const qualified: RValue = { type: 'language', values: [call('::', [symbol('base'), symbol('sqrt')]), x], tags: [undefined, undefined] };
    expect(predict(model(qualified, outer), [{ x: 9 }])).toEqual([7]);
  });

  test('a variable that is no function hides none', () => {
    expect(predict(model(call('sqrt', [x]), around({ sqrt: { type: 'constant', value: 3 } })), [{ x: 9 }])).toEqual([7]);
  });

  test.each([
    ['own-function-lm', 'a call of sqrt()'],
    ['own-argument-lm', 'a call of log()'],
  ])('%s, as R saved it, is refused', (name, message) => {
    expect(() => importModel(fileURLToPath(new URL(`../../refused/${name}.RDS`, import.meta.url)))).toThrow(message);
  });
});

describe('what a formula may not have is refused by name', () => {
  const refused = (value: RValue, kind = 'numeric') =>
    lm({
      variables: [number(value, 'v', kind)],
      coefficients: kind === 'factor' ? [0, 1, 10] : [0, 1],
      members: kind === 'factor' ? FACTOR : {},
    });
  let deep: RValue = x;
  for (let at = 0; at < 300; at += 1) deep = call('exp', [deep]);
  const wide = Array.from({ length: 40 }, (_, at) => number(symbol(`x${at}`), `x${at}`));
  test.each<[string, RValue, string]>([
    ['ns()', refused(call('ns', [x, numbers(3)])), "m.RDS's formula, ns(x, 3): found ns() without its knots"],
    ['mean()', refused(call('-', [x, call('mean', [x])])), 'the function mean()'],
    ['a column of a data frame', refused(call('$', [symbol('d'), x])), 'the function $()'],
    [
      'a function of a package',
      refused({ type: 'language', values: [call('::', [symbol('p'), symbol('f')]), x], tags: [undefined, undefined] }),
      'the function p::f()',
    ],
    ['a function of Object', refused(call('toString', [x])), 'the function toString()'],
    ['a function inside', refused({ type: 'opaque', what: 'a function' }), 'found that'],
    ['too many arguments', refused(call('exp', [x, x])), '2 arguments of exp()'],
    ['arguments by name', refused(call('exp', [], { x })), 'some by name'],
    ['an NA', refused(call('+', [x, numbers(Number.NaN)])), 'expected one number'],
    ['several numbers', refused(call('+', [x, numbers(1, 2)])), 'expected one number'],
    [
      'arithmetic with a factor',
      lm({ variables: [number(symbol('v'), 'v', 'factor'), number(call('+', [symbol('v'), numbers(1)]), 'w')], members: FACTOR }),
      'arithmetic with the factor "v"',
    ],
    ['poly() without coefficients', refused(call('poly', [x, numbers(2)]), 'nmatrix.2'), 'poly() without its coefficients'],
    [
      'poly() of another width',
      refused(call('poly', [x, numbers(2)], { raw: { type: 'logical', values: Int32Array.of(1) } }), 'nmatrix.3'),
      '2 columns, expected 3',
    ],
    ['scale() without its numbers', refused(call('scale', [x])), 'scale() without its center'],
    ['cut() by a count', refused(call('cut', [x, numbers(3)]), 'factor'), 'cut() without the numbers of its breaks'],
    ['labels without levels', refused(call('factor', [x], { labels: texts('a', 'b', 'c') }), 'factor'), 'labels without as many levels'],
    ['a matrix', refused(symbol('v'), 'nmatrix.2'), 'the class nmatrix.2'],
    ['a nesting without end', refused(deep), 'nested too deep'],
    [
      'an interaction of 40',
      lm({ variables: wide, terms: { factors: matrix([Array(41).fill(1)], ['y', ...wide.map(({ name }) => name)]) } }),
      'an interaction of 40 variables',
    ],
  ])('%s', (_, value, message) => {
    expect(() => read(value)).toThrow(ModelError);
    expect(() => read(value)).toThrow(message);
    expect(() => read(value)).toThrow(/^m\.RDS/);
  });
});

test('there are functions for all that a formula can call, and links for all that R knows', () => {
  expect(Object.keys(FUNCTIONS).length).toBeGreaterThan(40);
  expect(Object.keys(LINKS)).toEqual(['identity', 'logit', 'probit', 'cauchit', 'cloglog', 'log', 'sqrt', 'inverse', '1/mu^2']);
});
