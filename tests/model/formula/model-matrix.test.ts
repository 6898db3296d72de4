import { expect, test } from '@jest/globals';
import { type Coded, modelMatrix } from '../../../model/formula/model-matrix.ts';
import type { Terms } from '../../../model/formula/terms.ts';

/** The product of so many factors of so many levels each, whose names have so many letters, and of so many numbers. */
function product(factors: number, levels: number, letters: number, plain = 0): string[] {
  const pattern = new Uint8Array(factors + plain).fill(2);
  const terms: Terms = { variables: [], factors: [pattern], intercept: false, offsets: [] };
  const columns = Array.from({ length: levels }, (_, at) => ({ name: `${at}`.padEnd(letters, 'v'), value: at }));
  const coded: Coded = { contrasts: columns, levels: columns };
  const number: Coded = { contrasts: [{ name: 'x', value: 1 }], levels: undefined };
  return modelMatrix(
    terms,
    Array.from(pattern, (_, at) => (at < factors ? coded : number)),
    'the model',
  ).map(({ name }) => name);
}

test('columns go by the names of their parts, of which the first turns fastest', () => {
  expect(product(2, 2, 1)).toEqual(['0:0', '1:0', '0:1', '1:1']);
  expect(product(2, 300, 100)).toHaveLength(90_000);
});

test('names that would take gigabytes are refused before they are put together', () => {
  expect(() => product(2, 300, 30_000)).toThrow('the model: found columns with too long names, expected at most 33554432 letters in all');
});

test('columns of many variables each are refused', () => {
  expect(product(12, 2, 1)).toHaveLength(4_096);
  // 65,536 columns, of which each would be made anew with each of 14 more variables.
  expect(() => product(16, 2, 1, 14)).toThrow('the model: found too many columns of many variables each, expected fewer interactions');
});

test('a factor without columns makes none', () => {
  expect(product(2, 0, 1)).toEqual([]);
});
