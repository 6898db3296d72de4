import { expect, test } from '@jest/globals';
import type { PageData, PageFeature } from '../../../shared/page/base/data.ts';
import { reasonOf } from '../../../shared/page/sheet/check.ts';
import { valuesOf } from '../../../shared/page/sheet/rows.ts';
import type { Words } from '../../../shared/page/words/words.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { readRows } from '../../../shared/schema/rows.ts';

test('cells are the same values in a request with parameters as in a CSV', () => {
  const given: PageFeature[] = [
    { name: 'n', type: 'number', start: 0 },
    { name: 'id', type: 'integer64', start: 0 },
    { name: 'f', type: 'factor', levels: ['a'], others: 'new', start: 'a' },
    { name: 'g', type: 'factor', levels: ['', 'NA'], start: '' },
    { name: 'yes', type: 'logical', start: false },
    { name: 'day', type: 'date', start: '2024-01-01' },
  ];
  const schema: Schema = { kind: 'regression', features: given, takesMissing: true };
  const rows = [
    ['1.5', '7', 'a', '', 'T', '2024-02-29'],
    ['', '0', '', 'NA', '', ''],
    ['NA', '1', ' NA', '', 'NA', ' NA '],
    [' 2 ', ' 8', ' ', 'NA', ' false ', '2024-02-29'],
    ['3', '9', 'other', '', '0', ''],
    ['TRUE', '5.0', 'a', '', '+1', '19782'],
    ['false', '0.5e1', 'a', '', '01', '19782.5'],
  ];
  const csv = { rows: rows.length, text: true, columnar: true, cell: (row: number, at: number) => rows[row]?.[at], path: () => '' };
  const values = rows.map((cells) => valuesOf(given, cells));
  const json = { ...csv, text: false, cell: (row: number, at: number) => values[row]?.[at] };
  expect(readRows(schema, json)).toEqual(readRows(schema, csv));
});

test('TRUE and FALSE are numbers to a feature of numbers: a forest of R keeps no logical columns', () => {
  const data = { features: [{ name: 'n', type: 'number', start: 0 }], takesMissing: false } as object as PageData;
  const words = { text: (name: string) => name } as object as Words;
  const found = ['TRUE', 'false', ' True ', 'yes', ''].map((cell) => reasonOf(data, [cell], words));
  expect(found).toEqual([undefined, undefined, undefined, 'n: cell.number ("yes")', 'n: cell.missing']);
});
