import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCutter, isBlank, MOST_RECORD, type Piece, recordEnds } from '../../../shared/batch/cutter.ts';
import { parseCsv } from '../../../shared/wire/csv.ts';

const SIZE = { bytes: 40, records: 3 };

/** The pieces of a text that comes in by chunks of such lengths, over and over. */
function cut(text: string, lengths: number[], quotes = true, size = SIZE): Piece[] {
  const bytes = Buffer.from(text);
  const cutter = createCutter(quotes, size);
  const pieces: Piece[] = [];
  for (let [at, turn] = [0, 0]; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length]!;
    pieces.push(...cutter.add(bytes.subarray(at, at + length)));
    at += length;
  }
  return [...pieces, cutter.end()];
}

const textOf = ({ bytes }: Piece) => Buffer.from(bytes).toString();
const field = fc.oneof(
  fc.stringMatching(/^[a-z0-9 .']{0,6}$/),
  fc.stringMatching(/^[a-z"\n\r,]{0,6}$/).map((text) => `"${text.replaceAll('"', '""')}"`),
);
const csv = fc
  .array(fc.tuple(fc.array(field, { minLength: 1, maxLength: 4 }), fc.constantFrom('\n', '\r\n')), { maxLength: 30 })
  .map((lines) => lines.map(([fields, end]) => fields.join(',') + end).join(''));
const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });

describe('a payload is cut where a CSV reader ends its lines', () => {
  test('whatever the chunks: no byte is lost, each piece has whole records, and their numbers are right', () => {
    fc.assert(
      fc.property(csv, lengths, fc.boolean(), (whole, chunks, isEnded) => {
        const text = isEnded ? whole : whole.replace(/\r?\n$/, '');
        const pieces = cut(text, chunks);
        expect(pieces.map(textOf).join('')).toBe(text);
        expect(pieces.flatMap((piece) => parseCsv(textOf(piece)))).toEqual(parseCsv(text));
        let line = 1;
        for (const piece of pieces) {
          expect(piece.records).toBe(parseCsv(textOf(piece)).length);
          expect(recordEnds(piece.bytes, true)).toHaveLength(piece.records);
          expect(piece.line).toBe(line);
          line += textOf(piece).split('\n').length - 1;
        }
        expect(pieces.map(({ isLast }) => isLast)).toEqual(pieces.map((_, at) => at === pieces.length - 1));
      }),
      { numRuns: 300 },
    );
  });

  test('JSON Lines are cut at every line end, since a text in JSON has none', () => {
    const pieces = cut('{"a":"\\""}\n{"b":1}\n[1]\n[2]\n', [5], false);
    expect(pieces.map(({ records }) => records)).toEqual([3, 1]);
  });

  test('a piece does not end with a blank line', () => {
    expect(cut('1\n2\n\n\n\n3\n\n', [100]).map(textOf)).toEqual(['1\n2\n\n\n\n3\n', '\n']);
    expect(cut('1\n2\n \t\r\n\u00a0\n3\n \n', [100]).map(textOf)).toEqual(['1\n2\n \t\r\n\u00a0\n3\n', ' \n']);
    // A line that comes in two chunks.
    expect(cut('1\n2\n  \n3\n', [5]).map(textOf)).toEqual(['1\n2\n  \n3\n', '']);
    expect(cut('1\n2\n33 \n4\n', [6]).map(textOf)).toEqual(['1\n2\n33 \n', '4\n']);
  });

  test('and blank lines that come byte by byte are looked at in linear time, however much is held before them', () => {
    const start = process.cpuUsage();
    const [piece, ...others] = cut(' \n'.repeat(20_000), [1], true, { bytes: 1e6, records: 1 });
    const { user, system } = process.cpuUsage(start);
    expect([piece?.records, others]).toEqual([20_000, []]);
    // 0.03 s; 9.7 s where all that is held was joined for each line.
    expect((user + system) / 1e6).toBeLessThan(2);
  });

  test('a line is blank where it has white space alone', () => {
    const blank = (text: string) => isBlank(Buffer.from(text));
    for (const text of ['', '\r\n', ' \n', '\t\v\f\n', '\u00a0\u2028\ufeff \n']) expect(blank(text)).toBe(true);
    for (const text of ['0\n', '\u0000', '\b', '\u000e', '\u200b', ' \u00a0x']) expect(blank(text)).toBe(false);
  });
});

describe('a record that does not end', () => {
  const size = { bytes: MOST_RECORD, records: 1e9 };

  test('in quotes ends at the last line end within the limit, and the rest is cut as ever', () => {
    const lines = '1234567,\n'.repeat(200_000);
    const pieces = cut(`1\n"2\n${lines}`, [65_536], true, { bytes: 10, records: 1e9 });
    expect(pieces.map(textOf).join('')).toBe(`1\n"2\n${lines}`);
    expect(pieces[0]?.records).toBe(2);
    expect(pieces[0]?.bytes.length).toBeLessThanOrEqual(MOST_RECORD + 2);
    expect(pieces[0]?.bytes.length).toBeGreaterThan(MOST_RECORD - 9);
    expect(pieces.at(-2)?.records).toBe(2);
  });

  test.each([true, false])('and is one line is refused before more of it is held (CSV: %s)', (quotes) => {
    const cutter = createCutter(quotes, size);
    cutter.add(Buffer.from('1\n2\n'));
    cutter.add(Buffer.alloc(MOST_RECORD, 'x'));
    expect(() => cutter.add(Buffer.from('x'))).toThrow(`line 3 has more than ${MOST_RECORD} bytes; expected fewer in one line`);
  });
});
