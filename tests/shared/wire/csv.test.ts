import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RequestError } from '../../../shared/errors.ts';
import { csvField, parseCsv } from '../../../shared/wire/csv.ts';

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
