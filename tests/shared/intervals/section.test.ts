import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { decodeIntervals, encodeIntervals, type IntervalPart } from '../../../shared/intervals/section.ts';
import { splitSections } from '../../../shared/sections/sections.ts';

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const parts: IntervalPart[] = [
  { by: 'linear', scalars: { variance: 0.1, df: 7 }, arrays: [['inverse', Float64Array.of(1, 2, 3)]] },
  { by: 'conformal', scalars: {}, arrays: [['errors', Float64Array.of(0.25)]] },
  { by: 'cox', scalars: {}, arrays: [], names: ['age', 'sex'] },
];
const whole = encodeIntervals(parts, hash);

describe('the section for intervals', () => {
  test('gives back its parts and its hash', () => {
    expect(decodeIntervals(whole, 'a', hash)).toEqual({ parts, sha256: new Uint8Array(hash(whole.subarray(48))) });
    expect(splitSections(whole, 'a').SPREAD).toEqual(whole);
  });

  const text = (from: string, to: string) => {
    return new Uint8Array(Buffer.from(Buffer.from(whole).toString('latin1').replace(from, to), 'latin1'));
  };
  test.each<[string, Uint8Array, string]>([
    ['cut off', whole.slice(0, -8), 'found sha256'],
    ['cut off in its head', whole.slice(0, 40), '40 bytes'],
    ['with more JSON than there are bytes', whole.with(10, 9), 'bytes'],
    ['with a number that changed', whole.with(whole.length - 1, 9), 'found sha256'],
  ])('is refused where it is %s', (_, bytes, words) => {
    expect(() => decodeIntervals(bytes, 'a.canopy', hash)).toThrow(words);
  });

  test.each<[string, string, string, string]>([
    ['JSON that is none', '{"parts"', '["parts"', 'not JSON'],
    ['parts that are no list', '"parts":[', '"parts":{', 'not JSON'],
    ['a scalar that is no JSON', '"df":7', '"df":a', 'not JSON'],
    ['a scalar that is a list', '"df":7', '"df":[]', 'JSON'],
    ['an array without a name', '"name":"inverse"', '"nome":"inverse"', 'another form of its JSON'],
    ['a name twice', '["age","sex"]', '["age","age"]', 'another form of its JSON'],
    ['a name that is a number', '["age","sex"]', '["age",12345]', 'another form of its JSON'],
    ['an array that is too long', '"length":3', '"length":9', 'beyond its end'],
    ['an array that is too short', '"length":3', '"length":2', 'arrays up to byte'],
  ])('is refused with %s, whoever hashed it', (_, from, to, words) => {
    expect(() => decodeIntervals(text(from, to), 'a.canopy', undefined)).toThrow(words);
  });

  test('is refused with two parts of one kind', () => {
    expect(() => decodeIntervals(encodeIntervals([parts[1]!, parts[1]!], hash), 'a.canopy', hash)).toThrow('another form of its JSON');
  });
});
