import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { familiesOf, isRead, readChosen } from '../../../model/artifact/import.ts';
import { cutLabels } from '../../../model/formula/cut.ts';
import { inflate } from '../../../model/rds/inflate.ts';
import { mostInflated, mostMemory, RDS_LIMITS } from '../../../model/rds/limits.ts';
import { readRFile } from '../../../model/rds/rds.ts';
import type { RValue } from '../../../model/rds/values.ts';
import { modelIn } from '../../../model/readers/saved.ts';
import { readCsv } from '../../../model/train/data/read-csv.ts';
import { ModelError } from '../../../shared/errors.ts';
import { attributed, call, integers, list, named, numbers, symbol, terms, texts } from '../../support/r-objects.ts';
import { RWriter, rdsFile } from '../../support/r-writer.ts';

/** Most processor time of one file, in seconds: five times what an idle machine may take. */
const CEILING_S = 10;

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at}`);
const numeric = (name: string, value: RValue = symbol(name)) => ({ name, value, kind: 'numeric' });

/** An lm of variables, with `changes` to its members. */
function lm(variables: { name: string; value: RValue; kind: string }[], columns: number, changes: Record<string, RValue> = {}): RValue {
  const pivot = integers(...Array.from({ length: columns }, (_, at) => at + 1));
  const coefficients: RValue = { type: 'double', values: new Float64Array(columns).fill(0.5) };
  const parts = { coefficients, rank: integers(columns), qr: named({ pivot }), terms: terms(variables), call: call('lm', []) };
  return named({ ...parts, ...changes }, 'lm');
}

const factor = (name: string, value: RValue, levels: string[], columns = levels.length) =>
  lm([{ name, value, kind: 'factor' }], columns, {
    xlevels: named({ [name]: texts(...levels) }),
    contrasts: named({ [name]: texts('contr.treatment') }),
  });

const sum = (terms: number): RValue => (terms === 1 ? symbol('x') : call('+', [sum(terms >> 1), sum(terms - (terms >> 1))]));
const breaks: RValue = { type: 'double', values: Float64Array.from({ length: 100_000 }, (_, at) => at) };
const nested = (depth: number, inner: RValue): RValue => (depth === 0 ? inner : call('c', [nested(depth - 1, inner)]));

/** Reads a file up to its model; the processor time it took, in seconds, and its error. */
function readFile(bytes: Uint8Array): { seconds: number; error: Error | undefined } {
  const start = process.cpuUsage();
  let error: Error | undefined;
  try {
    readChosen(modelIn(readRFile(bytes, 'model.RDS'), 'model.RDS', { isRead, families: familiesOf() }), 'model.RDS');
  } catch (thrown) {
    error = thrown as Error;
  }
  const { user, system } = process.cpuUsage(start);
  return { seconds: (user + system) / 1e6, error };
}

/** `count` times the same integers. */
function repeated(writer: RWriter, count: number, ...flags: number[]): Buffer {
  const one = new RWriter().plain().length;
  const bytes = flags
    .reduce((made, number) => made.integer(number), new RWriter())
    .plain()
    .subarray(one);
  return writer.bytes(Buffer.alloc(count * bytes.length, Buffer.from(bytes))).file();
}

const listOf = (count: number) => new RWriter().integer(19).integer(count);

test('many small parts are read: R keeps a terms object for each product of step_interact()', () => {
  const { seconds, error } = readFile(repeated(listOf(400_000), 400_000, 13 | 512, 0, 2, 254, 254));
  expect(error?.message).toMatch(/found 0 models among/);
  expect(seconds).toBeLessThan(CEILING_S);
});

describe('a file that wants more memory than it may is refused before it has it', () => {
  test.each<[string, () => Buffer]>([
    ['2 million empty vectors', () => repeated(listOf(2_000_000), 2_000_000, 13, 0)],
    ['a million lists in a list', () => repeated(listOf(1_000_000), 1_000_000, 19, 1, 16, 0)],
    ['a million vectors with attributes', () => repeated(listOf(1_000_000), 1_000_000, 13 | 512, 0, 2, 254, 254)],
    ['20 million missing texts', () => repeated(new RWriter().integer(16).integer(20_000_000), 20_000_000, 9, -1)],
    ['a long pairlist', () => repeated(new RWriter(), 8_000_000, 2, 254)],
    ['a formula of a million terms', () => rdsFile(lm([numeric('x', sum(1_000_000))], 2))],
  ])('%s', (_, make) => {
    const { seconds, error } = readFile(make());
    expect(error).toBeInstanceOf(ModelError);
    expect(error?.message).toMatch(/bytes of memory|when inflated/);
    expect(seconds).toBeLessThan(CEILING_S);
  });

  test('what a file may take grows with the file, above a floor', () => {
    expect(mostInflated(1000, RDS_LIMITS)).toBe(2 ** 24);
    expect(mostInflated(100_000, RDS_LIMITS)).toBe(100_000_000);
    expect(mostInflated(1_000_000, RDS_LIMITS)).toBe(2 ** 27);
    expect(mostInflated(80_000_000, RDS_LIMITS)).toBe(1_280_000_000);
    expect(mostInflated(2 ** 31, RDS_LIMITS)).toBe(2 ** 31);
    expect(mostMemory(0)).toBe(2 ** 28);
  });
});

describe('what inflates to far more than it may is refused by then', () => {
  const start = Buffer.concat([
    new RWriter()
      .integer(24)
      .integer(2 ** 30)
      .plain(),
  ]);
  const zeros = Buffer.alloc(1 << 28);
  test.each<[string, () => Buffer]>([
    ['gzip', () => gzipSync(Buffer.concat([start, zeros]))],
    ['gzip of many members', () => Buffer.concat(Array<Buffer>(20).fill(gzipSync(zeros.subarray(0, 1 << 24))))],
    ['zstd', () => zstdCompressSync(Buffer.concat([start, zeros]))],
  ])('%s', (_, make) => {
    const bytes = make();
    const { seconds, error } = readFile(bytes);
    expect(error?.message).toContain(
      `more than ${mostInflated(bytes.length, RDS_LIMITS)} bytes when inflated, of a file of ${bytes.length}`,
    );
    expect(seconds).toBeLessThan(CEILING_S);
  });

  test.each(['bzip2', 'xz'])('%s that starts as no R file is not inflated on', (name) => {
    const bytes = readFileSync(fileURLToPath(new URL(`../../rds-files/zeros-${name}.RDS`, import.meta.url)));
    let seen = 0;
    const refuse = (start: Uint8Array) => {
      seen += start.length;
      throw new ModelError('model.RDS', 'other bytes', 'an R file');
    };
    expect(() => inflate(bytes, 'model.RDS', 2 ** 24, refuse)).toThrow('found other bytes');
    expect(seen).toBeLessThanOrEqual(1 << 20);
  });
});

describe('what is refused or read takes one pass', () => {
  const many = names('L', 99_999);
  test.each<[string, () => RValue, RegExp | undefined]>([
    [
      '300,000 names of levels',
      () => lm([numeric('x')], 2, { xlevels: named(Object.fromEntries(names('n', 300_000).map((name) => [name, texts('a')]))) }),
      undefined,
    ],
    ['cut() with 100,000 labels', () => factor('c', call('cut', [symbol('x')], { breaks, labels: texts(...many) }), many), /99999 levels/],
    ['cut() with 100,000 breaks', () => factor('c', call('cut', [symbol('x')], { breaks }), many), /the levels L0/],
    [
      'factor() with 100,000 labels',
      () => factor('f', call('factor', [symbol('x')], { levels: texts(...many), labels: texts(...many) }), many),
      /levels/,
    ],
    ['c(c(...)) 1,400 deep', () => lm([numeric('i', call('%in%', [symbol('x'), nested(1400, breaks)]))], 2), /%in%/],
    [
      'an offset of five million',
      () =>
        lm([numeric('x')], 2, { terms: terms([numeric('x')], { offset: { type: 'integer', values: new Int32Array(5_000_000).fill(2) } }) }),
      /a variable twice/,
    ],
  ])('%s', (_, make, expected) => {
    const { seconds, error } = readFile(rdsFile(make()));
    if (expected) expect(error?.message).toMatch(expected);
    else expect(error).toBeUndefined();
    expect(seconds).toBeLessThan(CEILING_S);
  });

  test.each<[string, Record<string, RValue>]>([
    ['levels', { treetype: texts('Regression'), 'covariate.levels': list({ type: 'character', values: names('l', 1_000_000) }) }],
    [
      'classes',
      {
        treetype: texts('Classification'),
        'class.values': { type: 'double', values: Float64Array.from({ length: 1_000_000 }, (_, at) => at + 1) },
        levels: { type: 'character', values: names('c', 1_000_000) },
      },
    ],
  ])('a million honest %s are read', (_, members) => {
    const one = (...values: number[]) => list(integers(...values));
    const forest = named(
      {
        'num.trees': numbers(1),
        'child.nodeIDs': list(list(integers(1, 0, 0), integers(2, 0, 0))),
        'split.varIDs': one(0, 0, 0),
        'split.values': list(numbers(0.5, 1, 2)),
        'is.ordered': { type: 'logical', values: Int32Array.of(1) },
        'independent.variable.names': texts('x'),
        ...members,
      },
      'ranger.forest',
    );
    const { seconds, error } = readFile(rdsFile(named({ forest, treetype: members.treetype as RValue }, 'ranger')));
    expect(error).toBeUndefined();
    expect(seconds).toBeLessThan(1.5 * CEILING_S);
  });
});

describe('twice the length takes about twice the time, over three orders of magnitude', () => {
  const cell = (text: string) => readCsv(`a\n${text}\n`, 'data.csv');
  test.each<[string, (length: number) => unknown]>([
    ['a field of digits that ends otherwise', (length) => cell(`${'1'.repeat(length)}x`)],
    ['a field of zeros', (length) => cell(`${'0'.repeat(length)}.`)],
    ['a field of hexadecimal digits', (length) => cell(`0x${'f'.repeat(length)}g`)],
    ['a field of doubled quotes', (length) => cell(`"${'""'.repeat(length)}"`)],
    ['columns of one name', (length) => readCsv(`${'a,'.repeat(length / 8)}a\n`, 'data.csv')],
    [
      'breaks that are nearly the same',
      (length) =>
        cutLabels(
          Array.from({ length: length / 8 }, (_, at) => 1 + at * 1e-9),
          { right: true, lowest: false, digits: 3 },
        ),
    ],
    [
      'names that are looked up',
      (length) =>
        readFile(
          rdsFile(lm([numeric('x')], 2, { xlevels: named(Object.fromEntries(names('n', length / 8).map((name) => [name, texts('a')]))) })),
        ),
    ],
    ['digits of an ascii file', (length) => readFile(Buffer.from(`A\n3\n262658\n197888\n5\nUTF-8\n14\n1\n${'1'.repeat(length)}\n`))],
  ])('%s', (_, work) => {
    for (let length = 2 ** 10; length <= 2 ** 20; length *= 2) {
      const start = process.cpuUsage();
      work(length);
      const { user, system } = process.cpuUsage(start);
      // A quadratic way stops here, long before its last length.
      expect({ length, isSoon: (user + system) / 1e6 < CEILING_S / 2 }).toEqual({ length, isSoon: true });
    }
  });
});

test('attributes of a tiny value are counted too', () => {
  const value = attributed(integers(), Object.fromEntries(names('a', 300_000).map((name) => [name, integers()])));
  expect(readFile(rdsFile(value)).error?.message).toMatch(/bytes of memory|references|class/);
});
