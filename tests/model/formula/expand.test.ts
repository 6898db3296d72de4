import { describe, expect, test } from '@jest/globals';
import { deparse } from '../../../model/formula/deparse.ts';
import { Expander } from '../../../model/formula/expand.ts';
import type { RValue } from '../../../model/rds/values.ts';
import { call, numbers, symbol } from '../../support/r-objects.ts';

const [a, b, c] = ['a', 'b', 'c'].map(symbol) as [RValue, RValue, RValue];
const of = (operator: string, ...sides: RValue[]) => call(operator, sides);

/** The patterns of a formula's terms as R prints the columns of attr(terms(), "factors"), the intercept, and the variables. */
function expand(side: RValue): string {
  const table = new Expander('m.RDS');
  const { factors, intercept } = table.expand(side);
  return `${factors.map((pattern) => pattern.join('')).join(' ')} | ${intercept ? 1 : 0} | ${table.variables.map(deparse).join(',')}`;
}

describe("a formula's terms are those of R's terms()", () => {
  const cubed = of('*', of('*', a, b), c);
  test.each<[string, RValue, string]>([
    ['a * b', of('*', a, b), '10 01 11 | 1 | a,b'],
    ['a * b * c - a:b:c', of('-', cubed, of(':', of(':', a, b), c)), '100 010 001 110 101 011 | 1 | a,b,c'],
    ['(a + b + c)^2', of('^', of('(', of('+', of('+', a, b), c)), numbers(2)), '100 010 001 110 101 011 | 1 | a,b,c'],
    ['(a + b)^3 - a', of('-', of('^', of('(', of('+', a, b)), numbers(3)), a), '01 12 | 1 | a,b'],
    ['a / b', of('/', a, b), '10 21 | 1 | a,b'],
    ['(a + b) / c', of('/', of('(', of('+', a, b)), c), '100 010 222 | 1 | a,b,c'],
    ['a %in% b', of('%in%', a, b), '22 | 1 | a,b'],
    ['0 + a:b', of('+', numbers(0), of(':', a, b)), '22 | 0 | a,b'],
    ['-1 + b + a:b', of('+', of('+', of('-', numbers(1)), b), of(':', a, b)), '10 21 | 0 | b,a'],
    [
      'a - 1 + offset(c) + log(b)',
      of('+', of('+', of('-', a, numbers(1)), of('offset', c)), of('log', b)),
      '100 001 | 0 | a,offset(c),log(b)',
    ],
    ['a:b + a', of('+', of(':', a, b), a), '10 21 | 1 | a,b'],
    ['a + a:b:c', of('+', a, of(':', of(':', a, b), c)), '100 222 | 1 | a,b,c'],
    ['(a * b) - a', of('-', of('(', of('*', a, b)), a), '01 12 | 1 | a,b'],
    ['a + 0 + 1', of('+', of('+', a, numbers(0)), numbers(1)), '1 | 1 | a'],
    ['1', numbers(1), ' | 1 | '],
  ])('%s', (_, side, expected) => {
    expect(expand(side)).toBe(expected);
  });

  test('a sum of a thousand variables', () => {
    const sum = Array.from({ length: 1_000 }, (_, at) => symbol(`v${at}`)).reduce<RValue>((left, right) => of('+', left, right), a);
    expect(new Expander('m.RDS').expand(sum).factors).toHaveLength(1_001);
  });

  const nested = Array.from({ length: 200 }).reduce<RValue>((inner) => of('(', inner), a);
  const many = Array.from({ length: 20 }, (_, at) => symbol(`v${at}`)).reduce<RValue>((left, right) => of('*', left, right), a);
  test.each<[string, RValue, string]>([
    ['a dot', symbol('.'), 'found a dot'],
    ['another number', numbers(2), 'found 2, expected 0, 1 and variables'],
    ['a power of 0', of('^', a, numbers(0)), 'expected a whole number from 1 on'],
    ['too many terms', many, 'found too many terms'],
    ['a deep nesting', nested, 'nested too deep'],
  ])('%s is refused', (_, side, expected) => {
    expect(() => expand(side)).toThrow(expected);
  });
});

test('a formula that is a part of another orders its own variables, and has no limit of its own', () => {
  const table = new Expander('m.RDS');
  table.place(b);
  const own = new Expander('m.RDS', table);
  expect(own.expand(of(':', a, b)).factors).toEqual([Uint8Array.of(2, 2)]);
  expect(own.variables.map(deparse)).toEqual(['a', 'b']);
  const many = new Array<RValue>(1_999).fill(a).reduce((sum, one) => of('+', sum, one), a);
  const all = () => {
    for (let bar = 0; bar < 100_000; bar += 1) new Expander('m.RDS', table).expand(many);
  };
  expect(all).toThrow('found too many terms');
});
