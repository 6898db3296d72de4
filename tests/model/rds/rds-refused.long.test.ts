import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { RDS_LIMITS } from '../../../model/rds/limits.ts';
import { readRds } from '../../../model/rds/rds.ts';
import { numbersOf } from '../../../model/rds/values.ts';
import { ModelError } from '../../../shared/errors.ts';
import { errorOf } from '../../support/error-of.ts';
import { golden } from '../../support/golden.ts';
import { rds, sequence, symbol, xdr } from '../../support/rds-bytes.ts';

const FOLDER = fileURLToPath(new URL('../../rds-files/', import.meta.url));

describe('a compressed file is bounded and whole', () => {
  test.each(['bzip2', 'xz'])('%s that inflates beyond the limit is refused', (name) => {
    const bomb = readFileSync(`${FOLDER}zeros-${name}.RDS`);
    const error = errorOf(() => readRds(bomb, 'bomb.RDS', { ...RDS_LIMITS, inflatedBytes: 1 << 21 }));
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toContain('more than 2097152 bytes when inflated');
    expect(numbersOf(readRds(bomb, 'x'), 'x')).toHaveLength(1 << 20);
  });

  test.each(['bzip2', 'xz'])('%s cut off at any byte is refused by name', (name) => {
    const bytes = readFileSync(`${FOLDER}mixed-${name}.RDS`);
    for (let end = 8; end < bytes.length; end += 7) {
      const error = errorOf(() => readRds(bytes.subarray(0, end), 'model.RDS'));
      expect(error).toBeInstanceOf(ModelError);
      expect(error.message).toMatch(/^model\.RDS: found (?:bzip2|xz) data that /);
    }
  });
});

test.each([
  ['an empty file', Buffer.alloc(0), 'an empty file'],
  ['zstd that is none', Buffer.from('28b52ffd00000000', 'hex'), 'zstd data that'],
  ['an old form of save()', Buffer.from('RDX1\n........'), 'the format "RDX1'],
  ['an ascii word that is no number', Buffer.from('A\n3\n262658\n197888\n5\nUTF-8\n13\n1\nx\n'), 'the word x'],
  ['another version', Buffer.concat([Buffer.from('X\n'), xdr(4, 0, 0)]), 'serialization version 4'],
  ['an unknown type', rds(xdr(99)), 'a value of the unknown type 99'],
  ['a reference to nothing', rds(xdr(255 | (7 << 8))), 'reference 7'],
  ['a negative length', rds(xdr(13, -5)), 'a length of -5'],
  ['a giant length', rds(xdr(14, 2147483647)), '2147483647 with 0 bytes left'],
  ['a giant long length', rds(xdr(14, -1, 2147483647, -1)), 'bytes left'],
  ['a giant list', rds(xdr(19, 1000000000)), 'bytes left'],
  ['a giant text', rds(xdr(16, 1, 9, 2147483647)), 'a text of 2147483647 bytes'],
  ['a text of negative length', rds(xdr(16, 1, 9, -2)), 'a text of length -2'],
  ['a sequence without bounds', rds(sequence('compact_realseq', 1e300)), 'a compact_realseq of length 1e+300'],
  ['a sequence of half an element', rds(sequence('compact_intseq', 2.5)), 'a compact_intseq of length 2.5'],
  ['an unknown compact form', rds(sequence('mmap_real', 2)), 'the compact form mmap_real'],
])('%s is refused with the place and what was found', (_, bytes, found) => {
  const error = errorOf(() => readRds(bytes, 'model.RDS'));
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toMatch(/^model\.RDS/);
  expect(error.message).toContain(found);
});

test('a file that inflates beyond the limit is refused while it inflates', () => {
  const bomb = gzipSync(Buffer.alloc(1 << 24));
  expect(bomb.length).toBeLessThan(1 << 16);
  const error = errorOf(() => readRds(bomb, 'bomb.RDS', { ...RDS_LIMITS, inflatedBytes: 1 << 20 }));
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toContain('more than 1048576 bytes when inflated');
});

test('many sequences, each within the limit, are refused together', () => {
  const one = sequence('compact_realseq', 1_000_000);
  const error = errorOf(() => readRds(rds(xdr(19, 1000), ...Array<Buffer>(1000).fill(one)), 'x'));
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toContain('a compact_realseq of length 1000000');
});

test('too many values and too many references are refused', () => {
  const limits = { ...RDS_LIMITS, values: 1000, references: 100 };
  expect(() => readRds(rds(xdr(19, 2000), ...Array<Buffer>(2000).fill(xdr(254))), 'x', limits)).toThrow('more than 1000 values');
  expect(() => readRds(rds(xdr(19, 200), ...Array<Buffer>(200).fill(symbol('a'))), 'x', limits)).toThrow('more than 100 references');
});

/** Bytes that nest once more each time they are repeated. */
const NESTS: [string, Buffer, Buffer][] = [
  ['lists', xdr(), xdr(19, 1)],
  ['expressions', xdr(), xdr(20, 1)],
  ['calls', xdr(), xdr(6)],
  ['attributes of cells', xdr(), xdr(2 | 512)],
  ['attributes of vectors', xdr(), xdr(13 | 512, 0)],
  ['tags', xdr(), xdr(2 | 1024)],
  ['dots', xdr(), xdr(17, 254)],
  ['closures', xdr(), xdr(3, 254)],
  ['promises', xdr(), xdr(5, 254)],
  ['environments', xdr(), xdr(4, 0)],
  ['pointers', xdr(), xdr(22)],
  ['compact forms', xdr(), xdr(238)],
  ['byte code', xdr(), xdr(21, 0)],
  ['constants of byte code', xdr(21, 0), xdr(254, 1, 21)],
  ['calls in byte code', xdr(21, 0, 254, 1), xdr(6, 254)],
];

describe('nesting without end is refused, not a crash', () => {
  test.each(NESTS)('%s', (_, start, more) => {
    const bytes = rds(start, ...Array<Buffer>(100_000).fill(more));
    // With the limit as it is, and where the stack ends before the limit.
    for (const depth of [RDS_LIMITS.depth, 1_000_000]) {
      const error = errorOf(() => readRds(bytes, 'deep.RDS', { ...RDS_LIMITS, depth }));
      expect(error).toBeInstanceOf(ModelError);
      expect(error.message).toMatch(/^deep\.RDS, byte \d+ .*nested too deep( to be read here)?, expected at most \d+ deep/);
    }
  });
});

test('a call nested a thousand deep, as a long formula is, is read', () => {
  let value = xdr(1, 9, 1);
  value = Buffer.concat([value, Buffer.from('x')]);
  const layers = Array<Buffer>(1000).fill(Buffer.concat([xdr(6), symbol('+'), xdr(2)]));
  const ends = Array<Buffer>(1000).fill(xdr(254));
  expect(readRds(rds(...layers, value, ...ends), 'x')).toMatchObject({ type: 'language', values: [{ name: '+' }, { type: 'language' }] });
});

describe('a file cut off at any byte is refused with the place', () => {
  const small = readFileSync(golden('warpbreaks-ignore').file);
  const files: [string, Buffer][] = [
    ['a golden, compressed', small],
    ['a golden, inflated', gunzipSync(small)],
    ['every kind of value', readFileSync(`${FOLDER}v3-plain.RDS`)],
    ['a compiled function', readFileSync(`${FOLDER}closure.RDS`)],
  ];
  test.each(files)('%s', (_, bytes) => {
    expect(() => readRds(bytes, 'model.RDS')).not.toThrow();
    const wrong: string[] = [];
    for (let end = 0; end < bytes.length; end += 1) {
      const error = errorOf(() => readRds(bytes.subarray(0, end), 'model.RDS'));
      const told = error instanceof ModelError && /^model\.RDS.*(byte \d+|\d bytes \(cut off|an empty file)/.test(error.message);
      if (!told) wrong.push(`${end}: ${error.name} ${error.message}`);
    }
    expect(wrong).toEqual([]);
  });
});
