import { expect, test } from '@jest/globals';
import { answerColumns } from '../../../shared/schema/answer-columns.ts';
import type { Feature } from '../../../shared/schema/features.ts';

const namesOf = (names: string[]) => answerColumns(names.map((name): Feature => ({ name, type: 'number' }))).map(({ name }) => name);

test('a name that stands again gets an underscore, and one more each time', () => {
  expect(namesOf(['x', 'x', 'y', 'x_', 'x'])).toEqual(['x', 'x_', 'y', 'x__', 'x___']);
});

test('after eight underscores a number stands for them, and no two names are the same', () => {
  const names = namesOf([...Array.from({ length: 12 }, () => 'x'), 'x_9', 'x_10', 'x']);
  expect(names.slice(8)).toEqual(['x________', 'x_9', 'x_10', 'x_11', 'x_9_', 'x_10_', 'x_12']);
});

test.each([
  ['one name', () => 'x'],
  ['names that run into the numbers of others', (at: number) => (at % 2 === 0 ? 'x' : `x_${at}`)],
])('%s a hundred thousand times: the names grow with their count', (_, name) => {
  const names = namesOf(Array.from({ length: 100_000 }, (__, at) => name(at)));
  expect(new Set(names).size).toBe(100_000);
  expect(Math.max(...names.map((one) => one.length))).toBeLessThan(12);
});
