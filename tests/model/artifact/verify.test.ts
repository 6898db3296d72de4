import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { verify } from '../../../model/artifact/verify.ts';
import { golden } from '../../support/golden.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'canopy-verify-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("R's numbers in quotes, as sprintf() gives them to jsonlite", () => {
  const { file, rows, predictions } = golden('heart-age');
  const model = loadModel(file);
  const check = (given: unknown, expected: unknown) => verify(model, JSON.stringify({ rows: given, predictions: expected }), 'rows.json');
  const quoted = (predictions as number[]).map((number) => number.toPrecision(17));
  const ages = (rows as { age: number }[]).map(({ age }) => age);

  test.each<[string, unknown]>([
    ['numbers', rows],
    ['records of quoted numbers', ages.map((age) => ({ age: age.toPrecision(17) }))],
    ['records whose values are boxed', ages.map((age) => ({ age: [age.toPrecision(17)] }))],
    ['rows of quoted numbers', ages.map((age) => [` ${age} `])],
  ])('are compared to the bit: %s', (_, given) => {
    expect(check(given, quoted)).toMatchObject({ rows: rows.length, numbers: rows.length, ulp: 0, wrong: [] });
  });

  test('a text that is no number is no number', () => {
    const [, ...rest] = quoted;
    expect(check(rows, ['NA', ...rest])).toMatchObject({ ulp: Number.POSITIVE_INFINITY, worst: expect.stringContaining('R gave NA') });
    expect(check(rows, ['', ...rest]).ulp).toBe(Number.POSITIVE_INFINITY);
    expect(() => check([{ age: 'old' }], quoted.slice(0, 1))).toThrow('1 thing does not fit the model');
  });

  test('a quoted number of another bit is another number', () => {
    const [first, ...rest] = predictions as number[];
    const other = [((first as number) + 2 ** -53).toPrecision(17), ...rest];
    expect(check(rows, other)).toMatchObject({ worst: expect.stringContaining('row 1: ') });
    expect(check(rows, other).ulp).toBeGreaterThan(0);
  });

  test('a label that looks like a number stays a label', () => {
    const iris = golden('iris');
    const one = verify(loadModel(iris.file), JSON.stringify({ rows: iris.rows.slice(0, 1), predictions: ['1'] }), 'rows.json');
    expect(one.wrong).toEqual(['row 1: setosa, R gave 1']);
  });
});

describe('a file that is called *.canopy and is something else', () => {
  const bytes = () => Buffer.from(importModel(golden('heart-age').file));
  test.each<[string, () => Uint8Array, string]>([
    ['an R file', () => readFileSync(golden('heart-age').file), 'found an R file, expected an artifact, which starts with CANOPY'],
    ['an R file that is not compressed', () => Buffer.from('X\n\0\0\0\x03'), 'found an R file'],
    ['a gzipped artifact', () => gzipSync(bytes()), 'expected an artifact'],
    ['nothing', () => Buffer.alloc(0), 'found an empty file'],
    ['a CSV', () => Buffer.from('age,sex\n54,Male\n'), 'found a CSV'],
    ['a zip', () => Buffer.from('PK\x03\x04 and so on'), 'found a zip'],
    ['noise', () => Buffer.from([1, 2, 3, 250, 251]), 'found other bytes'],
    ['an artifact that was cut', () => bytes().subarray(0, 400), 'cut.canopy'],
    ['an artifact with another bit', () => flipped(bytes()), 'cut.canopy'],
  ])('%s is refused by what it is', (_, content, words) => {
    const file = path.join(folder, 'cut.canopy');
    writeFileSync(file, content());
    expect(() => loadModel(file)).toThrow(expect.objectContaining({ name: 'ModelError', message: expect.stringContaining(words) }));
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  return bytes;
}
