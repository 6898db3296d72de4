import { expect, test } from '@jest/globals';
import { readTerms } from '../../../model/formula/terms.ts';
import { integers, matrix, symbol, terms } from '../../support/r-objects.ts';

const numeric = (name: string) => ({ value: symbol(name), name, kind: 'numeric' });

test('a term takes a byte for each variable: thousands of terms have millions', () => {
  expect(readTerms(terms([numeric('a'), numeric('b')]), 'm.RDS').factors).toEqual([Uint8Array.of(1, 0), Uint8Array.of(0, 1)]);
});

test.each([
  ['first', 1, [1, 2]],
  ['in the middle', 2, [0, 2]],
  ['last', 3, [0, 1]],
  ['nowhere', 0, [0, 1, 2]],
])('the response stands among the variables: %s', (_, response, expected) => {
  const changes = { response: integers(response), factors: matrix([[0, 1, 2]], ['y', 'a', 'b']) };
  expect(readTerms(terms([numeric('a'), numeric('b')], changes), 'm.RDS').factors).toEqual([Uint8Array.from(expected)]);
});
