import { describe, expect, test } from '@jest/globals';
import { applySidecar } from '../../../model/artifact/sidecar.ts';
import type { RValue } from '../../../model/rds/values.ts';
import { LINEAR_READER } from '../../../model/readers/linear/reader.ts';
import { FACTOR, lm, number, predict, term, x } from '../../support/lm-objects.ts';
import { call, integers, named, numbers, symbol, texts } from '../../support/r-objects.ts';

const truth: RValue = { type: 'logical', values: Int32Array.of(1) };
const many = (...values: number[]) =>
  call(
    'c',
    values.map((value) => numbers(value)),
  );

/** as.integer(x); and whether 1 over a number is below 0, which tells -0 from 0. */
const whole = call('as.integer', [x]);
const base = call('::', [symbol('base'), symbol('as.integer')]);
const qualified: RValue = { type: 'language', values: [base, x], tags: [undefined, undefined] };
const below = (value: RValue) => call('<', [call('/', [numbers(1), value]), numbers(0)]);

describe('numbers are compared as R compares them', () => {
  test.each<[string, RValue, object, number]>([
    ['%in% takes doubles as they are', call('%in%', [x, many(0.3, 1)]), { x: 0.1 + 0.2 }, 0],
    ['%in% finds the same double', call('%in%', [x, many(0.3, 1)]), { x: 0.3 }, 1],
    ['%in% finds 0 for -0', call('%in%', [x, many(0)]), { x: -0 }, 1],
    ['as.integer() within its range', call('as.integer', [call('(', [x])]), { x: -2147483647.5 }, -2147483647],
    ['a product of integers', call('*', [call('as.integer', [x]), integers(1000)]), { x: 2000.5 }, 2000000],
    ['round(-0.3), which is -0', below(call('round', [x])), { x: -0.3 }, 1],
    ['as.integer(-0.3), which is 0', below(call('as.integer', [call('(', [x])])), { x: -0.3 }, 0],
  ])('%s', (_, value, row, expected) => {
    expect(term(value, row)).toBe(expected);
  });

  test.each<[string, RValue, number]>([
    ['as.integer() beyond 2^31', call('as.integer', [x]), 3e9],
    ['as.integer() of -2^31, which is NA', call('as.integer', [call('(', [x])]), -2147483648],
    ['a product of integers beyond 2^31', call('*', [call('as.integer', [x]), integers(100_000)]), 100_000],
    ['a product of integers by base::as.integer() beyond 2^31', call('*', [qualified, integers(100_000)]), 100_000],
    [
      'a product of absolute integers beyond 2^31',
      call('*', [call('abs', [whole]), call('pmax', [call('-', [whole]), integers(1)])]),
      -100_000.5,
    ],
    ['the greatest integer and TRUE', call('+', [whole, call('>', [x, numbers(1)])]), 2147483647],
    ['a whole quotient of integers by 0', call('ifelse', [call('>', [call('%/%', [integers(5), whole]), numbers(1)]), x, x]), 0.5],
  ])('%s has no answer, as in R', (_, value, at) => {
    expect(() => term(value, { x: at })).toThrow('no finite answer');
  });
});

describe("a factor's labels are compared with the texts that R makes of constants", () => {
  const levels = ['100000', '1e+05', '0.3', 'TRUE', '7'];
  const members = { xlevels: named({ f: texts(...levels) }), contrasts: named({ f: texts('contr.treatment') }) };
  /** What the comparison is for each level: the factor's columns have coefficients of 0. */
  const found = (value: RValue) => {
    const variables = [number(symbol('f'), 'f', 'factor'), number(value, 'v')];
    const model = lm({ variables, coefficients: [0, 0, 0, 0, 0, 1], members });
    const answers = predict(
      model,
      levels.map((f) => ({ f })),
    );
    return levels.filter((_, at) => answers[at] === 1);
  };
  test.each<[string, RValue, string[]]>([
    ['1e5', numbers(1e5), ['1e+05']],
    ['100000L', integers(100_000), ['100000']],
    ['TRUE', truth, ['TRUE']],
    ['T', symbol('T'), ['TRUE']],
    ['0.1 + 0.2 with 15 digits', numbers(0.1 + 0.2), ['0.3']],
    ['7', numbers(7), ['7']],
    ['"100000"', texts('100000'), ['100000']],
  ])('f == %s', (_, constant, expected) => {
    expect(found(call('==', [symbol('f'), constant]))).toEqual(expected);
  });
  test.each<[string, RValue, string[]]>([
    ['c("0.3", 1e5)', call('c', [texts('0.3'), numbers(1e5)]), ['1e+05', '0.3']],
    ['c(1e5, "0.3")', call('c', [numbers(1e5), texts('0.3')]), ['1e+05', '0.3']],
    ['c("7", TRUE)', call('c', [texts('7'), truth]), ['TRUE', '7']],
    ['7:8', call(':', [integers(7), integers(8)]), ['7']],
  ])('f %%in%% %s', (_, constants, expected) => {
    expect(found(call('%in%', [symbol('f'), constants]))).toEqual(expected);
  });
  test('what R would make one kind of first is refused', () => {
    expect(() => found(call('%in%', [symbol('f'), call('c', [truth, numbers(7)])]))).toThrow('values of several kinds');
  });
});

describe('a sidecar gives no levels to what a formula reads as a number', () => {
  const levels = (value: RValue, kind: string, names: string[], members = {}) => {
    const { schema, read } = LINEAR_READER.read(
      lm({ variables: [number(value, 'v', kind)], coefficients: kind === 'numeric' ? [1, 2] : [1, 2, 3], members }),
      'm.RDS',
    );
    return () => applySidecar(schema, { features: { x: { levels: names } } }, 'm.model.json', read);
  };
  test.each<[string, RValue, string]>([
    ['factor(x) of numbers', call('factor', [x]), 'factor'],
    ['x %in% c(1, 10)', call('%in%', [x, many(1, 10)]), 'numeric'],
    ['x == TRUE', call('==', [x, truth]), 'numeric'],
    ['log(x)', call('log', [x]), 'numeric'],
  ])('%s', (_, value, kind) => {
    const members = kind === 'numeric' ? {} : { xlevels: named({ v: texts('1', '10', '2') }), contrasts: FACTOR.contrasts };
    expect(levels(value, kind, ['1', '10', '2'], members)).toThrow('found levels, expected none: the formula reads its numbers');
  });
  test('as.numeric() of a factor reads its codes, unless its labels are numbers, which a text would have too', () => {
    const value = call('as.numeric', [x]);
    expect(levels(value, 'numeric', ['low', 'high'])()).toMatchObject({ features: [{ type: 'factor', levels: ['low', 'high'] }] });
    expect(levels(value, 'numeric', ['1', '10', '2'])).toThrow('levels that are numbers');
  });
  test('texts that a formula compares take levels', () => {
    expect(levels(call('==', [x, texts('a')]), 'numeric', ['a', 'b'])()).toMatchObject({ features: [{ levels: ['a', 'b'] }] });
  });
});
