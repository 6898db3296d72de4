import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { inflateBzip2 } from '../../../model/rds/bzip2.ts';

const FOLDER = fileURLToPath(new URL('../../rds-files/', import.meta.url));
const mixed = readFileSync(`${FOLDER}mixed-bzip2.RDS`);

function inflated(bytes: Uint8Array): Buffer {
  return Buffer.concat([...inflateBzip2(bytes)]);
}

/** Bytes of bits, the most significant first. */
function bits(...fields: [value: number, count: number][]): Buffer {
  const text = fields.map(([value, count]) => value.toString(2).padStart(count, '0')).join('');
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '0');
  return Buffer.from(Array.from({ length: padded.length / 8 }, (_, at) => Number.parseInt(padded.slice(8 * at, 8 * at + 8), 2)));
}

const START: [number, number][] = [
  [0x425a6831, 32],
  [0x314159265359, 48],
  [0, 32],
  [0, 1],
  [0, 24],
];
/** The one byte 0 is used, two tables, and `selectors` groups of 50 that are all coded by the first. */
const head = (selectors: number): [number, number][] => [
  ...START,
  [0x8000, 16],
  [0x8000, 16],
  [2, 3],
  [selectors, 15],
  ...Array.from({ length: selectors }, (): [number, number] => [0, 1]),
];
/** A table in which each of the three symbols has two bits: 00 and 01 are the digits of a run, 10 is the end. */
const TABLE: [number, number][] = [
  [2, 5],
  [0, 1],
  [0, 1],
  [0, 1],
];

test('a file is read in pieces, and streams that follow one another are one', () => {
  const plain = inflated(mixed);
  expect(plain.subarray(0, 2).toString()).toBe('X\n');
  expect(inflated(Buffer.concat([mixed, mixed])).equals(Buffer.concat([plain, plain]))).toBe(true);
  const zeros = [...inflateBzip2(readFileSync(`${FOLDER}zeros-bzip2.RDS`))];
  expect(zeros.length).toBeGreaterThan(4);
  expect(gunzipSync(readFileSync(`${FOLDER}v2-gzip.RDS`)).subarray(0, 2)).toEqual(plain.subarray(0, 2));
});

test('the start of a large file is given before the rest is looked at', () => {
  const zeros = readFileSync(`${FOLDER}zeros-bzip2.RDS`);
  const damaged = Buffer.concat([zeros.subarray(0, zeros.length - 4), Buffer.from('none')]);
  const pieces = inflateBzip2(damaged);
  expect(pieces.next().value).toHaveLength(1 << 20);
  expect(() => [...pieces]).toThrow('another checksum');
});

test.each([
  [
    'a run of 2^31 bytes',
    bits(...head(1), ...TABLE, ...TABLE, ...Array.from({ length: 32 }, (): [number, number] => [1, 2])),
    'longer than it says',
  ],
  ['symbols without a selector', bits(...head(0), ...TABLE, ...TABLE), 'more symbols than its selectors'],
  ['a code of no symbol', bits(...head(1), ...TABLE, ...TABLE, [3, 2], [0, 20]), 'a code of no symbol'],
  ['a block that starts beyond its end', bits(...head(1), ...TABLE, ...TABLE, [2, 2], [0, 20]), 'starts beyond its end'],
  ['no bytes', bits(...START, [0, 16], [0, 20]), 'without bytes'],
  ['one table', bits(...START, [0x8000, 16], [1, 16], [1, 3], [0, 20]), '1 code tables'],
  ['another size of blocks', Buffer.from('BZh0..........'), 'a size of its blocks'],
  ['another start', Buffer.from('BZx9..........'), 'other bytes than BZh'],
])('%s is refused at once', (_, bytes, message) => {
  expect(() => inflated(bytes)).toThrow(message);
});
