import { expect, test } from '@jest/globals';
import { readQuery, writeQuery } from '../../../shared/page/base/address.ts';
import { rowsBody } from '../../../shared/page/base/ask.ts';
import { type PageFeature, pageData } from '../../../shared/page/base/data.ts';
import { MAX_FIELDS } from '../../../shared/page/html/fields.ts';
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

test('the address holds as many values as a page has fields, so that they are there when it is loaded again', () => {
  const many = Array.from({ length: MAX_FIELDS }, (_, at): PageFeature => {
    return { name: `measure_of_the_${String(at).padStart(9, '0')}`, type: 'number', start: 0 };
  });
  const values = many.map((_, at) => 1_000 + at);
  expect(readQuery(many, writeQuery(many, values, {}), [...values.keys()]).values).toEqual(values);
});
