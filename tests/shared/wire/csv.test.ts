import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RequestError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { csvField, parseCsv } from '../../../shared/wire/csv.ts';
import { csvCells } from '../../../shared/wire/csv-cells.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { readAnyBody } from '../../../shared/wire/wire.ts';

test.each<[string, string, string[][]]>([
  ['one field', 'a', [['a']]],
  [
    'LF',
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'CRLF',
    'a,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['no end of the last line', 'a\nb', [['a'], ['b']]],
  ['a byte order mark', '\ufeffa,b', [['a', 'b']]],
  ['quotes', '"a,b","c""d"\n', [['a,b', 'c"d']]],
  ['new lines within quotes', '"a\nb\r\nc",d\r\n', [['a\nb\r\nc', 'd']]],
  [
    'empty fields',
    ',\n,,\n',
    [
      ['', ''],
      ['', '', ''],
    ],
  ],
  ['an empty field at the end of the text', 'a,', [['a', '']]],
  [
    'a comma before CRLF',
    'a,\r\nb,\r\n',
    [
      ['a', ''],
      ['b', ''],
    ],
  ],
  ['an empty line within', 'a\n\nb\n', [['a'], [''], ['b']]],
  ['an empty line with CRLF', 'a\r\n\r\nb', [['a'], [''], ['b']]],
  ['an empty quoted field', '""\n"",""', [[''], ['', '']]],
  ['spaces, which stay', ' a , b ', [[' a ', ' b ']]],
  ['a lone CR, which stays within a field', 'a\rb,c', [['a\rb', 'c']]],
  ['a quote within a bare field, which stays', 'a"b,c', [['a"b', 'c']]],
  ['nothing', '', []],
])('%s', (_, text, lines) => {
  expect(parseCsv(text)).toEqual(lines);
});

test.each([
  ['"a', 'line 1 of the CSV opens a quote that is never closed'],
  ['a\nb,"c""', 'line 2 of the CSV opens a quote that is never closed'],
  ['"a"b', 'line 1 of the CSV has text after a closing quote'],
  ['x\n"a" ,b', 'line 2 of the CSV has text after a closing quote'],
])('%j is refused with its line', (text, message) => {
  expect(() => parseCsv(text)).toThrow(RequestError);
  expect(() => parseCsv(text)).toThrow(message);
});

test('what csvField writes, parseCsv reads, whatever the fields hold', () => {
  const field = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r', '1', 'é', '🌳') });
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 1 }), { minLength: 1 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
      const text = lines.map((fields) => fields.map(csvField).join(',') + end).join('');
      expect(parseCsv(text)).toEqual(lines);
    }),
  );
});

test('any text is read or refused with 400, and soon', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', '\ufeff') }), (text) => {
      try {
        parseCsv(text);
      } catch (error) {
        expect(error).toMatchObject({ name: 'RequestError', status: 400 });
      }
    }),
    { numRuns: 500 },
  );
});

test('six megabytes are read in one go', () => {
  expect(parseCsv('1234567,2345678\n'.repeat(375_000))).toHaveLength(375_000);
  expect(parseCsv(`"${'""'.repeat(3_000_000)}"`)[0]?.[0]).toHaveLength(3_000_000);
});

const ofAge: Schema = { kind: 'regression', features: [{ name: 'age', type: 'number' }], takesMissing: true };
const rowsOf = (text: string, most?: number) => {
  const { rows, count } = readAnyBody(ofAge, Buffer.from(text), 'csv', most);
  return [count, ...rows];
};

test('rows beyond those that are answered are counted and not kept', () => {
  const cells = csvCells(ofAge, `age\n${'1\n'.repeat(1_000_000)}`, 10);
  expect([cells.rows, cells.cell(9, 0)]).toEqual([1_000_000, '1']);
  expect(() => cells.cell(10, 0)).toThrow();
  expect(() => rowsOf(`age\n${'x\n'.repeat(1_000_000)}`, 10)).toThrow('1000000 rows; expected at most 10 in one request');
});

test('blank lines are missing values, but at the end; so many that they would be too many rows are no rows there', () => {
  expect(rowsOf('age\n1\n\n \n2\n\n\n', 4)).toEqual([4, 1, Number.NaN, Number.NaN, 2]);
  expect(() => rowsOf('age\n1\n\n \n2\n\n\n', 3)).toThrow('4 rows; expected at most 3');
  expect(rowsOf(`age\n1\n${'\n'.repeat(1_000_000)}`, 4)).toEqual([1, 1]);
  expect(rowsOf(`age\n1\n""\n${'\n'.repeat(10)}`, 4)).toEqual([2, 1, Number.NaN]);
  const sparse = rowsOf(`age\n${'\n'.repeat(100_000)}7`);
  expect([sparse.length, sparse[0], sparse[1], sparse.at(-1)]).toEqual([100_002, 100_001, Number.NaN, 7]);
});

test('a name with white space at its ends is found, and others are found beside blanks as before', () => {
  const named: Schema = { ...ofAge, features: ['age ', 'sex'].map((name) => ({ name, type: 'number' })) };
  const read = (text: string) =>
    [readBody(named, Buffer.from(text), 'csv'), readAnyBody(named, Buffer.from(text), 'csv')].map(({ rows }) => [...rows]);
  for (const text of ['age ,sex\n54,1\n', '"sex","age "\n1,54\n', ' sex ; age ;age \n1;9;54\n']) {
    expect(read(text)).toEqual([
      [54, 1],
      [54, 1],
    ]);
  }
  // It tells what parts the fields, too, where a comma might as well be a level's.
  const level: Schema = { ...named, features: [{ name: 'age ', type: 'factor', levels: ['old', 'young'] }] };
  expect([...readAnyBody(level, Buffer.from('id\tage \nx\tyoung\n'), 'csv').rows]).toEqual([2]);
});
