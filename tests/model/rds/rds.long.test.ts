import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { RDS_LIMITS } from '../../../model/rds/limits.ts';
import { readRds, readRFile } from '../../../model/rds/rds.ts';
import { attributesOf, classOf, element, levelsOf, listOf, numbersOf, type RValue, textsOf } from '../../../model/rds/values.ts';
import { golden } from '../../support/golden.ts';
import { rdsFile } from '../../support/r-writer.ts';
import { doubles, rds, xdr } from '../../support/rds-bytes.ts';

const FOLDER = fileURLToPath(new URL('../../rds-files/', import.meta.url));

function read(name: string): RValue {
  return readRds(readFileSync(FOLDER + name), name);
}

function part(value: RValue, name: string): RValue {
  const found = element(value, name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

describe('every form of a file gives the same value', () => {
  test.each(['v2-plain', 'v2-gzip', 'v3-plain', 'v3-gzip'])('%s', (name) => {
    const value = read(`${name}.RDS`);
    const double = numbersOf(part(value, 'double'), 'double');
    const expected = [1.5, Number.NaN, Number.NaN, Infinity, -Infinity, -0, 5e-324, 1.7976931348623157e308];
    expect(Array.from(double).map((number, at) => Object.is(number, expected[at]))).toEqual(expected.map(() => true));
    expect(Array.from(numbersOf(part(value, 'integer'), 'integer'))).toEqual([1, Number.NaN, -2147483647, 2147483647]);
    expect(Array.from(numbersOf(part(value, 'logical'), 'logical'))).toEqual([1, 0, Number.NaN]);
    expect(part(value, 'text')).toEqual({ type: 'character', values: ['a', null, '', 'NA'] });
    expect(element(value, 'nothing')).toBeUndefined();
    expect(part(value, 'complex')).toEqual({ type: 'opaque', what: 'a complex vector' });
    const factor = part(value, 'factor');
    expect([...numbersOf(factor, 'factor')]).toEqual([1, 2, 1]);
    expect(textsOf(attributesOf(factor).get('levels'), 'levels')).toEqual(['low', 'high']);
    expect(classOf(part(value, 'frame'))).toEqual(['data.frame']);
    expect([...numbersOf(attributesOf(part(value, 'matrix')).get('dim'), 'dim')]).toEqual([2, 3]);
  });
});

test("R's NA stays told from NaN by its bits, in a short vector and in a long one", () => {
  const short = numbersOf(part(read('v3-plain.RDS'), 'double'), 'double');
  const words = new Uint32Array(short.buffer, short.byteOffset, short.length * 2);
  expect(words[2]).toBe(1954);
  expect(words[4]).not.toBe(1954);
  const na = Buffer.from('7ff00000000007a2', 'hex');
  const long = readRds(rds(xdr(14, 5000), ...Array<Buffer>(5000).fill(na)), 'x') as { values: Float64Array };
  expect(new Uint32Array(long.values.buffer, long.values.byteOffset, 2)[0]).toBe(1954);
});

test('compact sequences, wrappers and deferred texts are written out', () => {
  const sequences = read('sequences.RDS');
  expect([...numbersOf(part(sequences, 'up'), 'up')]).toEqual(Array.from({ length: 1000 }, (_, at) => at + 1));
  expect([...numbersOf(part(sequences, 'down'), 'down')].slice(0, 3)).toEqual([10, 9, 8]);
  expect(part(sequences, 'beyond')).toMatchObject({ type: 'double' });
  expect([...numbersOf(part(sequences, 'beyond'), 'beyond')]).toEqual([2147483647, 2147483648, 2147483649, 2147483650]);
  const wrapped = numbersOf(part(read('wrapped.RDS'), 'sorted'), 'sorted');
  expect([wrapped.length, wrapped[0], wrapped[99]]).toEqual([100, 25, 0.25]);
  const deferred = read('deferred.RDS');
  expect(textsOf(part(deferred, 'whole'), 'whole').slice(0, 3)).toEqual(['1', '2', '3']);
  expect(part(deferred, 'some')).toEqual({ type: 'character', values: ['3', null, '-5'] });
  expect(part(deferred, 'double')).toEqual({ type: 'character', values: ['1', '25', '-3'] });
});

test('texts are read in the encoding they are marked with', () => {
  const value = read('texts.RDS');
  expect(part(value, 'utf8')).toEqual({ type: 'character', values: ['Predição ≤ 🌳'] });
  expect(part(value, 'latin1')).toEqual({ type: 'character', values: ['preço'] });
  expect(part(value, 'bytes')).toEqual({ type: 'character', values: ['ÿ\u0001'] });
});

describe('texts without a mark are in the native encoding that version 3 names', () => {
  const text = (...bytes: number[]) => Buffer.concat([xdr(16, 1, 9, bytes.length), Buffer.from(bytes)]);
  const version3 = (native: string, ...bytes: number[]) => {
    return Buffer.concat([Buffer.from('X\n'), xdr(3, 0, 0, native.length), Buffer.from(native), text(...bytes)]);
  };

  test.each<[string, number[], string]>([
    ['latin1', [0x70, 0xe7, 0x80], 'pç€'],
    ['CP1252', [0x80], '€'],
    ['windows-1251', [0xcf, 0xf0], 'Пр'],
    ['CP1250', [0xb9], 'ą'],
    ['ISO8859-2', [0xb1], 'ą'],
    ['CP874', [0xa1, 0xd2], 'กา'],
    ['GBK', [0xd6, 0xd0], '中'],
    ['CP936', [0xd6, 0xd0], '中'],
    ['EUC-KR', [0xb0, 0xa1], '가'],
    ['CP949', [0xb0, 0xa1], '가'],
    ['Shift_JIS', [0x93, 0xfa], '日'],
    ['CP932', [0x93, 0xfa], '日'],
    ['eucJP', [0xc6, 0xfc], '日'],
    ['BIG5', [0xa4, 0xa4], '中'],
    ['KOI8-R', [0xf0], 'П'],
    ['UTF-8', [0xc3, 0xa7], 'ç'],
    ['ANSI_X3.4-1968', [0xc3, 0xa7], 'ç'],
  ])('%s', (native, bytes, expected) => {
    expect(readRds(version3(native, ...bytes), 'x')).toEqual({ type: 'character', values: [expected] });
  });

  test('one that is none in it is read, and refused where it is a name or a label', () => {
    for (const bytes of [
      version3('UTF-8', 0x70, 0xe7),
      rds(text(0x70, 0xe7)),
      version3('EUC-KR', 0x70, 0xb0),
      version3('Klingon', 0x70, 0xe7),
    ]) {
      const value = readRds(bytes, 'm.RDS');
      for (const use of [textsOf, levelsOf])
        expect(() => use(value, "m.RDS's levels")).toThrow("m.RDS's levels[1]: found a text that is not in the encoding");
    }
    expect(readRds(version3('Klingon', 0x70), 'm.RDS')).toEqual({ type: 'character', values: ['p'] });
  });
});

test('a formula is kept as language, and its environment with the constants in it; both refer to the same one', () => {
  const value = read('formula.RDS');
  const formula = part(value, 'formula');
  expect(formula).toMatchObject({ type: 'language', values: [{ name: '~' }, { name: 'y' }, { type: 'language' }] });
  expect(classOf(formula)).toEqual(['formula']);
  const variables = new Map([['hidden', { type: 'constant', value: 42 }]]);
  expect(attributesOf(formula).get('.Environment')).toEqual({ type: 'opaque', what: 'an environment', variables });
  expect(part(value, 'again')).toBe(attributesOf(formula).get('.Environment'));
});

test.each([
  ['closure.RDS', 'code', 'a function'],
  ['closure.RDS', 'plain', 'a function'],
  ['pointer.RDS', 'pointer', 'an external pointer'],
  ['pointer.RDS', 'same', 'an external pointer'],
  ['pointer.RDS', 'builtin', 'a builtin function'],
  ['pointer.RDS', 'package', 'an environment'],
  ['pointer.RDS', 'namespace', 'an environment'],
  ['promise.RDS', 'holder', 'an environment'],
  ['language.RDS', 'expression', 'an expression'],
])('%s: %s is walked over as %s', (file, name, what) => {
  expect(part(read(file), name)).toMatchObject({ type: 'opaque', what });
});

test.each([
  ['closure.RDS', 2],
  ['s4.RDS', 3],
  ['pointer.RDS', 4],
  ['promise.RDS', 5],
])('what stands behind it in %s is read from the right byte', (file, after) => {
  expect([...numbersOf(part(read(file), 'after'), 'after')]).toEqual([after]);
});

test('an S4 object keeps its slots as attributes', () => {
  const point = part(read('s4.RDS'), 'point');
  expect(classOf(point)).toEqual(['Point']);
  expect([...numbersOf(attributesOf(point).get('y'), 'y')]).toEqual([2]);
});

test('a call keeps its arguments and their names, however they nest', () => {
  const value = read('language.RDS');
  expect(part(value, 'call')).toMatchObject({ type: 'language', tags: [undefined, undefined, 'data', 'num.trees'] });
  expect(part(value, 'deep')).toMatchObject({ type: 'language', values: [{ name: '^' }, { type: 'language' }, { type: 'double' }] });
  expect(part(value, 'words')).toMatchObject({ type: 'pairlist', tags: ['a', 'b'] });
});

describe('every form, compression and way of saving gives the same value', () => {
  const forms = ['ascii', 'ascii-hex', 'native', 'bzip2', 'xz'];
  test.each(forms)('%s', (name) => {
    const [value, plain] = [read(`mixed-${name}.RDS`), read('v3-plain.RDS')];
    const double = numbersOf(part(value, 'double'), 'double');
    // With the 15 digits that R writes into an ascii file the greatest double is infinite, for R too.
    if (name === 'ascii') double[7] = Number.MAX_VALUE;
    expect(value).toEqual(plain);
    expect(new Uint32Array(double.buffer, double.byteOffset, 6)[2]).toBe(1954);
  });

  test.each(['ascii', 'native'])('texts, compact forms, calls and what holds code, %s', (name) => {
    for (const kind of ['texts', 'deferred', 'language', 'closure', 'pointer', 's4', 'promise']) {
      expect(read(`${kind}-${name}.RDS`)).toEqual(read(`${kind}.RDS`));
    }
  });

  test.each(['workspace.RData', 'workspace-ascii.RData', 'workspace-xz.RData'])('%s is a pairlist of what was saved', (name) => {
    expect(read(name)).toMatchObject({ type: 'pairlist', tags: ['x'], values: [{ type: 'double', values: Float64Array.of(1) }] });
    expect(readRFile(readFileSync(FOLDER + name), name)).toMatchObject({ saved: 'save', r: '4.2.2', version: 3 });
  });

  test('zstd is read, which newer R writes', () => {
    expect(readRds(zstdCompressSync(readFileSync(`${FOLDER}v3-plain.RDS`)), 'x')).toEqual(read('v3-plain.RDS'));
  });

  test('a long list of plain doubles lies in one array, and is a list to whoever asks', () => {
    const vectors = Array.from({ length: 300 }, (_, at) => doubles(...Array.from({ length: at % 3 }, () => at)));
    const value = readRds(rds(xdr(19, 300), ...vectors), 'x');
    expect(value.type).toBe('packed');
    const list = listOf(value, 'x');
    expect([list.length, ...[0, 1, 5].map((at) => Array.from(numbersOf(list[at], 'x')))]).toEqual([300, [], [1], [5, 5]]);
    expect(readRds(rds(xdr(19, 300), ...vectors.slice(1), xdr(254)), 'x')).toMatchObject({ type: 'list' });
  });

  test('a data frame of many columns of doubles is a list: its attributes say what it is', () => {
    const columns = Array.from({ length: 300 }, (_, at): RValue => ({ type: 'double', values: Float64Array.of(at) }));
    const names: RValue = { type: 'character', values: columns.map((_, at) => `V${at}`) };
    const frame: RValue = { type: 'list', values: columns, attributes: new Map([['names', names]]) };
    expect(readRds(rdsFile(frame), 'x')).toEqual(frame);
  });
});

test('the reader of a long file reports how far it is', () => {
  const told: [number, number][] = [];
  const bytes = readFileSync(golden('quantreg').file);
  readRFile(bytes, 'x', RDS_LIMITS, (done, all) => told.push([done, all]));
  expect(told[0]).toEqual([0, bytes.length]);
  const size = gunzipSync(bytes).length;
  expect(told.length).toBeGreaterThan(3);
  for (const [at, [done, all]] of told.slice(1).entries()) {
    expect(all).toBe(size);
    expect(done).toBeGreaterThan(at === 0 ? 0 : told[at]![0]);
  }
});
