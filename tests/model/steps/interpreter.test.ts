import { describe, expect, test } from '@jest/globals';
import { keptOf, type RValue } from '../../../model/rds/values.ts';
import { Frame } from '../../../model/steps/frame.ts';
import { Interpreter } from '../../../model/steps/interpreter.ts';
import { compile } from '../../../shared/expressions/expressions.ts';
import { FUNCTIONS } from '../../../shared/expressions/functions.ts';
import { PIPELINE_FUNCTIONS } from '../../../shared/steps/pipeline-functions.ts';
import { call, integers, numbers, symbol, texts } from '../../support/r-objects.ts';

const LEVELS = ['7', '1e+05', ' 1e2 ', '0b11', '+.5', '3000000000'];
const frame = new Frame(
  [
    { name: 'x', kind: 'number' },
    { name: 's', kind: 'text', levels: LEVELS },
  ],
  'r',
);
const [x, s] = [symbol('x'), symbol('s')];
const NA: RValue = { type: 'logical', values: Int32Array.of(-2147483648) };
const read = (value: RValue) => new Interpreter(frame, [value], undefined, 'r').read(value);

/** What a call is for a row of x and the place of s. */
function answerOf(value: RValue, row: [number, number]): number {
  const schema = { kind: 'regression' as const, features: [], takesMissing: true };
  return compile(read(value).value, schema, { ...FUNCTIONS, ...PIPELINE_FUNCTIONS })(Float64Array.from(row), 0);
}

describe('a call of step_mutate() is what R makes of it', () => {
  test('.default of case_when() counts last, wherever it stands', () => {
    const isLarge = call('~', [call('>', [x, numbers(1)]), numbers(5)]);
    const value: RValue = {
      type: 'language',
      values: [symbol('case_when'), numbers(9), isLarge],
      tags: [undefined, '.default', undefined],
    };
    expect([answerOf(value, [2, 1]), answerOf(value, [0, 1])]).toEqual([5, 9]);
  });
  test('%in% takes doubles as they are, and texts of numbers as R writes them', () => {
    const among = (of: RValue) => call('%in%', [of, call('c', [numbers(0.3), numbers(1e5)])]);
    expect([0.1 + 0.2, 0.3, Number.NaN].map((one) => answerOf(among(x), [one, 1]))).toEqual([0, 1, 0]);
    expect(LEVELS.map((_, at) => answerOf(among(s), [0, at + 1]))).toEqual([0, 1, 0, 0, 0, 0]);
  });
  test('as.numeric() and as.integer() of texts read what R reads', () => {
    const each = (name: string) => LEVELS.map((_, at) => answerOf(call(name, [s]), [0, at + 1]));
    expect(each('as.numeric')).toEqual([7, 1e5, 100, Number.NaN, 0.5, 3e9]);
    expect(each('as.integer')).toEqual([7, 1e5, 100, Number.NaN, 0, Number.NaN]);
  });
  test('as.integer() beyond 2^31 is missing', () => {
    expect([3e9, -2147483648, 2147483647.5].map((one) => answerOf(call('as.integer', [x]), [one, 1]))).toEqual([
      Number.NaN,
      Number.NaN,
      2147483647,
    ]);
  });
  test('integers stay integers, and a sum or product beyond 2^31 is missing', () => {
    const whole = call('as.integer', [x]);
    const product = call('*', [call('abs', [call('-', [whole])]), whole]);
    expect([3, -46340, 46341, 2147483647].map((one) => answerOf(product, [one, 1]))).toEqual([9, -2147395600, Number.NaN, Number.NaN]);
    expect(read(product).kind).toBe('integer');
    const sum = call('+', [whole, integers(1)]);
    expect([2147483646, 2147483647].map((one) => answerOf(sum, [one, 1]))).toEqual([2147483647, Number.NaN]);
    // A double among them, and division, make doubles.
    expect(answerOf(call('+', [whole, numbers(1)]), [2147483647, 1])).toBe(2147483648);
    expect(read(call('/', [whole, whole])).kind).toBe('number');
  });
  test('an integer of the environment is one, a double is none', () => {
    const square = (value: RValue) => {
      const environment: RValue = { type: 'opaque', what: 'an environment', variables: new Map([['k', keptOf(value)]]) };
      const product = call('*', [call('as.integer', [x]), symbol('k')]);
      return new Interpreter(frame, [product], environment, 'r').read(product);
    };
    expect(square(integers(3))).toMatchObject({ kind: 'integer', value: { call: 'as.integer' } });
    expect(square(numbers(3)).kind).toBe('number');
    expect(square({ type: 'logical', values: Int32Array.of(1) }).kind).toBe('integer');
  });
  test.each<[string, (of: RValue) => RValue]>([
    ['ifelse()', (of) => call('ifelse', [call('>', [x, numbers(0)]), of, integers(1)])],
    ['if_else()', (of) => call('if_else', [call('>', [x, numbers(0)]), of, call('-', [of])])],
    ['case_when()', (of) => call('case_when', [call('~', [call('>', [x, numbers(0)]), of])])],
    ['coalesce()', (of) => call('coalesce', [of, integers(1)])],
    ['pmax()', (of) => call('pmax', [of, integers(1)])],
  ])('%s of integers is one, so that its square beyond 2^31 is missing', (_, make) => {
    const made = make(call('as.integer', [x]));
    expect(read(made).kind).toBe('integer');
    const square = call('*', [made, made]);
    expect([3, 46340, 46341].map((one) => answerOf(square, [one, 1]))).toEqual([9, 2147395600, Number.NaN]);
    // A double among them makes a double.
    expect(answerOf(call('*', [make(x), made]), [46341, 1])).toBe(46341 ** 2);
  });
  test.each<[string, RValue]>([
    ['x %in% c(1, NA)', call('%in%', [x, call('c', [numbers(1), NA])])],
    ['s %in% c("a", NA)', call('%in%', [s, call('c', [texts('a'), NA])])],
    ['factor(s, levels = c("a", NA))', call('factor', [s], { levels: call('c', [texts('a'), NA]) })],
  ])('%s is refused: it asks for missing values', (_, value) => {
    expect(() => read(value)).toThrow('without NA');
  });
});
