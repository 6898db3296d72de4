import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesToRead, closesQuotes, linesOfRange, MOST_RECORD } from '../../../functions/batch/lines.ts';

/** The lines of a range of a file, read in chunks of a size. */
async function linesOf(file: Buffer, start: number, end: number, chunk: number): Promise<string> {
  const range = { start, end, size: file.length };
  const [from, to] = bytesToRead(range);
  const bytes = file.subarray(from, to);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) => bytes.subarray(at * chunk, (at + 1) * chunk));
  const parts: Uint8Array[] = [];
  for await (const part of linesOfRange(Readable.from(chunks), range)) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('ranges put side by side are the file, each of whole lines, wherever they are cut', async () => {
  const line = fc.string({ maxLength: 6, unit: fc.constantFrom('a', '\r', 'é') });
  const drawn = fc.record({
    lines: fc.array(line, { minLength: 1, maxLength: 20 }),
    isEnded: fc.boolean(),
    size: fc.integer({ min: 1, max: 30 }),
    chunk: fc.integer({ min: 1, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(drawn, async ({ lines, isEnded, size, chunk }) => {
      const text = lines.join('\n') + (isEnded ? '\n' : '');
      const file = Buffer.from(text);
      const parts: string[] = [];
      for (let start = 0; start < file.length; start += size)
        parts.push(await linesOf(file, start, Math.min(start + size, file.length), chunk));
      expect(parts.join('')).toBe(text);
      for (const part of parts.slice(0, -1)) expect(part === '' || part.endsWith('\n') || text.endsWith(part)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a line that goes on for more than a record may is refused, and nothing behind it is read', async () => {
  const file = Buffer.from(`a\n${'b'.repeat(MOST_RECORD + 20)}\nc\n`);
  await expect(linesOf(file, 0, 8, 1_000)).rejects.toThrow(/a line of it has more than 1048576 bytes/);
  expect(bytesToRead({ start: 0, end: 8, size: file.length })[1]).toBe(MOST_RECORD + 8);
});

test('a line that opens a quote and does not close it is seen; quotes within a line are no matter', () => {
  for (const good of ['1,2\n', '"a, b",2\n"c""d",3\n', 'a"b,2\n', '"x"', '']) expect(closesQuotes(Buffer.from(good))).toBe(true);
  for (const bad of ['"a\n', '1,"a\nb",2\n', '1,2\n"x', '"a\n"\n']) expect(closesQuotes(Buffer.from(bad))).toBe(false);
});
