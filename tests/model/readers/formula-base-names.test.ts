import { describe, expect, test } from '@jest/globals';
import { assumedNote } from '../../../model/artifact/assumed.ts';
import type { Kept, RValue } from '../../../model/rds/values.ts';
import { LINEAR_READER } from '../../../model/readers/linear/reader.ts';
import { lm, number, predict, read, x } from '../../support/lm-objects.ts';
import { call, numbers, symbol } from '../../support/r-objects.ts';

const [T, F, pi, d] = [symbol('T'), symbol('F'), symbol('pi'), symbol('d')];
const constant = (value: number): Kept => ({ type: 'constant', value });
const columns = (...names: string[]): Kept => ({ type: 'columns', names });

/** An lm of one term with the data d, whose columns are known where the environment has d. */
function fitted(value: RValue, environment: Record<string, Kept> = { d: columns('x') }): RValue {
  const around: RValue = { type: 'opaque', what: 'an environment', variables: new Map(Object.entries(environment)) };
  return lm({ variables: [number(value)], terms: { '.Environment': around }, members: { call: call('lm', [], { data: d }) } });
}
const among = (part: RValue) => call('%in%', [x, call('c', [numbers(1), part])]);
const more = call('>', [x, numbers(2)]);

describe('pi, T and F that the environment defines anew are what it says, as in R', () => {
  const anew = (name: string, value: number) => ({ d: columns('x'), [name]: constant(value) });
  test.each<[string, RValue, Record<string, Kept>, number[]]>([
    ['compared', call('==', [x, T]), anew('T', 5), [1, 1, 3]],
    ['compared, from the left', call('!=', [F, x]), anew('F', 3), [3, 1, 3]],
    ['as what ifelse() gives', call('ifelse', [more, T, F]), anew('T', 5), [1, 11, 11]],
    ['among others', among(pi), anew('pi', 3), [3, 3, 1]],
    ['among others, T', among(T), anew('T', 5), [3, 1, 3]],
    ['a range', call('%in%', [x, call(':', [T, numbers(3)])]), anew('T', 2), [1, 3, 1]],
    ['in a product', call('*', [x, pi]), anew('pi', 3), [7, 19, 31]],
  ])('%s', (_, value, environment, expected) => {
    expect(predict(fitted(value, environment), [{ x: 1 }, { x: 3 }, { x: 5 }])).toEqual(expected);
  });

  test('an option of a call too', () => {
    const value = call('poly', [x, numbers(1)], { raw: T });
    expect(predict(fitted(value), [{ x: 4 }])).toEqual([9]);
    expect(() => read(fitted(value, anew('T', 0)))).toThrow('found poly() without its coefficients');
  });

  test('something that is no number is refused', () => {
    expect(() => read(fitted(call('==', [x, T]), { d: columns('x'), T: { type: 'other' } }))).toThrow('defines anew');
  });

  test('where nobody knows whether the data has such a column, it is refused', () => {
    expect(() => read(fitted(among(pi), { pi: constant(3) }))).toThrow('the variable pi, which is 3 where the formula was made');
  });
});

test('a column of the data called T is no TRUE among other numbers', () => {
  expect(() => read(fitted(among(T), { d: columns('x', 'T') }))).toThrow('c(1, T)');
  expect(predict(fitted(call('==', [x, T]), { d: columns('x', 'T') }), [{ x: 2, T: 2 }])).toEqual([3]);
});

describe('what is taken for R’s own while the columns of the data are not known', () => {
  const assumed = (value: RValue, environment: Record<string, Kept> = {}) =>
    LINEAR_READER.read(fitted(value, environment), 'm.RDS').read?.assumed;
  test.each<[string, RValue, string[]]>([
    ['pi', call('sin', [call('*', [x, pi])]), ['pi']],
    ['T and F', call('ifelse', [more, T, F]), ['F', 'T']],
    ['pi among others', among(pi), ['pi']],
    ['none of them', call('log', [x]), []],
    ['T as an option, which no column could be', call('poly', [x, numbers(1)], { raw: T }), []],
  ])('%s', (_, value, expected) => {
    expect([...(assumed(value) ?? [])].sort()).toEqual(expected);
  });

  test('is nothing where they are known', () => {
    expect(assumed(call('sin', [call('*', [x, pi])]), { d: columns('x') })).toEqual([]);
  });

  test('is said in a line', () => {
    expect(assumedNote([])).toBeUndefined();
    expect(assumedNote(['pi', 'T'])).toMatch(/^in the formula pi is 3.14159, T is TRUE, as R has it: the file does not have the columns/);
  });
});
