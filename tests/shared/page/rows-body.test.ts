import { expect, test } from '@jest/globals';
import { rowsBody } from '../../../shared/page/base/ask.ts';
import { pageData } from '../../../shared/page/base/data.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { infoOf } from './made-up.ts';

const [age, dose] = [
  { name: 'age', type: 'number' },
  { name: 'dose', type: 'number' },
] as const;
const page = pageData(infoOf([age, dose]) as Parameters<typeof pageData>[0]);
const rowsOf = (features: Parameters<typeof infoOf>[0], body: string) => [
  ...readBody(infoOf(features).schema, Buffer.from(body), 'json').rows,
];

test('a model with the same features in another order reads the rows of a page by their names', () => {
  const body = rowsBody(page, [[54, 2]]);
  expect(rowsOf([age, dose], body)).toEqual([54, 2]);
  expect(rowsOf([dose, age], body)).toEqual([2, 54]);
});

test('a model that asks for more refuses them, and one that asks for less leaves the rest away', () => {
  const body = rowsBody(page, [[54, 2]]);
  expect(() => rowsOf([age, dose, { name: 'weight', type: 'number' }], body)).toThrow();
  expect(rowsOf([dose], body)).toEqual([2]);
});
