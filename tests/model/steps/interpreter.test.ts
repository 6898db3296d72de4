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
    { name: 'f', kind: 'factor', levels: ['10', '2', '1'] },
    { name: 'o', kind: 'ordered', levels: ['lo', 'hi'] },
    { name: 'l', kind: 'logical' },
    { name: 'd', kind: 'date' },
    { name: 't', kind: 'datetime', timeZone: 'America/Sao_Paulo' },
  ],
  'r',
);
const [x, s, f, o, l, d, t] = ['x', 's', 'f', 'o', 'l', 'd', 't'].map(symbol) as [RValue, RValue, RValue, RValue, RValue, RValue, RValue];
const NA: RValue = { type: 'logical', values: Int32Array.of(-2147483648) };
const read = (value: RValue) => new Interpreter(frame, [value], undefined, 'r').read(value);

/** What a call is for a row of x, the place of s, and what stands behind them. */
function answerOf(value: RValue, row: number[]): number {
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
  test('a choice of dplyr between factors is a factor, whose number is its code', () => {
    const either = call('if_else', [call('>', [x, numbers(0)]), f, f]);
    for (const chosen of [either, call('coalesce', [f, f]), call('case_when', [call('~', [numbers(1), f])])]) {
      expect(read(chosen)).toMatchObject({ kind: 'factor', levels: ['10', '2', '1'] });
      expect(answerOf(call('as.integer', [chosen]), [1, 1, 3])).toBe(3);
    }
    expect(read(call('coalesce', [o, o])).kind).toBe('ordered');
    expect(read(call('coalesce', [f, texts('a')])).kind).toBe('text');
  });
  test('as.vector() of a factor is its text, and of a date its number', () => {
    const vector = call('as.vector', [f]);
    expect([1, 2, 3].map((place) => answerOf(call('as.integer', [vector]), [1, 1, place]))).toEqual([10, 2, 1]);
    expect(read(call('as.vector', [d])).kind).toBe('number');
  });
  test('factor() compares the texts of values with those of levels', () => {
    const codeOf = (of: RValue, levels: RValue[]) => call('as.integer', [call('factor', [of], { levels: call('c', levels) })]);
    const zeroOne = codeOf(l, [numbers(0), numbers(1)]);
    const truths = codeOf(l, [texts('TRUE'), texts('FALSE')]);
    const spelt = codeOf(x, [texts('1e5'), texts('1e+05'), texts('01'), texts('1')]);
    expect([0, 1].map((one) => answerOf(zeroOne, [0, 1, 1, 1, one]))).toEqual([Number.NaN, Number.NaN]);
    expect([0, 1].map((one) => answerOf(truths, [0, 1, 1, 1, one]))).toEqual([2, 1]);
    expect([1e5, 1, 7].map((one) => answerOf(spelt, [one, 1]))).toEqual([2, 4, Number.NaN]);
    expect(read(call('factor', [x], { levels: numbers(1), ordered: { type: 'logical', values: Int32Array.of(1) } })).kind).toBe('ordered');
  });
  test('a date and a number are a date, two dates are days, and a time keeps its zone', () => {
    expect(read(call('+', [numbers(1), d])).kind).toBe('date');
    expect(read(call('-', [d, d])).kind).toBe('number');
    expect(read(call('pmin', [d, d])).kind).toBe('date');
    expect(read(call('>', [t, t])).kind).toBe('logical');
    const zoned = { kind: 'datetime', timeZone: 'America/Sao_Paulo' };
    for (const time of [t, call('+', [t, numbers(60)]), call('coalesce', [t, t])]) expect(read(time)).toMatchObject(zoned);
    expect(read(call('ifelse', [l, t, t])).kind).toBe('number');
  });
  test.each<[string, RValue]>([
    ['the difference of times, whose unit R chooses', call('-', [t, t])],
    ['a time and a column, which may be days', call('+', [t, x])],
    ['trunc() of a time, which cuts to its day', call('trunc', [t])],
    ['a date beside a time', call('>', [d, t])],
    ['a date beside a number in one column', call('coalesce', [d, x])],
    ['%in% of a date, which R takes by its text', call('%in%', [d, numbers(18262)])],
    ['factor() of a factor, which drops the levels that a request lacks', call('factor', [f])],
    ['factor() without some values', call('factor', [x], { levels: numbers(1), exclude: numbers(1) })],
    ['log() by the first letter of an argument', call('log', [x], { b: numbers(3) })],
    ['logical(), which makes FALSE', call('logical', [numbers(1)])],
    ['ifelse() whose test is one value, for which R takes the first row', call('ifelse', [call('!', [numbers(1)]), x, s])],
    ['logit(), which R does not have', call('logit', [x])],
    ['an ordered factor beside a factor', call('coalesce', [o, f])],
    ['pmin() where a row says whether its missing values count', call('pmin', [x, x], { 'na.rm': l })],
  ])('%s is refused', (_, value) => {
    expect(() => read(value)).toThrow(/expected/);
  });
  test('atan2() takes its arguments by their names', () => {
    expect(answerOf(call('atan2', [], { x, y: numbers(1) }), [0, 1])).toBe(Math.PI / 2);
  });
});

describe('a call within a call within a call ...', () => {
  const TRUE: RValue = { type: 'logical', values: Int32Array.of(1) };
  const nested = (depth: number, around: (inner: RValue) => RValue): RValue => {
    let made: RValue = x;
    for (let at = 0; at < depth; at += 1) made = around(made);
    return made;
  };
  const least = (inner: RValue) => call('pmin', [inner, numbers(1)], { 'na.rm': TRUE });
  const isOne = (inner: RValue) => call('==', [call('as.numeric', [inner]), texts('1')]);

  test.each<[string, number, (inner: RValue) => RValue]>([
    ['as.logical()', 26, (inner) => call('as.logical', [inner])],
    ['==', 24, (inner) => call('==', [inner, numbers(1)])],
    ['pmin() without missing values', 15, least],
  ])('of %s is read once', (_, depth, around) => {
    const start = process.cpuUsage();
    read(nested(depth, around));
    // A few milliseconds; read anew at each of its two or three places it took 5 s and more, and without end 90 deep.
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(1_000);
  });

  test('that makes too much of it is refused, before anything goes through it', () => {
    const told = 'r: found calls of too many parts, expected at most 330000 in all';
    expect(() => read(nested(40, least))).toThrow(told);
    expect(() => read(nested(45, isOne))).toThrow(told);
    expect(() => read(call('ifelse', [nested(45, isOne), numbers(1), numbers(0)]))).toThrow(told);
  });

  test('counts what all calls of a recipe make together', () => {
    const some = new Frame([{ name: 'x', kind: 'number' }], 'r');
    const again = () => new Interpreter(some, [x], undefined, 'r').read(nested(15, least));
    expect(again).not.toThrow();
    expect(() => {
      for (let at = 0; at < 40; at += 1) again();
    }).toThrow('calls of too many parts');
  });
});

test('thousands of columns are no copy of their names for each call', () => {
  const wide = new Frame(
    Array.from({ length: 9_000 }, (_, at) => ({ name: `c${at}`, kind: 'number' as const })),
    'r',
  );
  const start = process.cpuUsage();
  for (const { name } of wide.columns) new Interpreter(wide, [symbol(name)], undefined, 'r').read(symbol(name));
  // A few milliseconds; with a copy for each 2 s and more.
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(700);
});
