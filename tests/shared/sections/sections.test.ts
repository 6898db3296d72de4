import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { newSection, SECTION_HEAD, SECTION_SHA256, sealSection, splitSections } from '../../../shared/sections/sections.ts';

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const section = (name: 'EXPLAIN' | 'PROOF', more: number) => sealSection(newSection(name, { a: 1 }, more).bytes, hash);
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

describe('sections behind an artifact', () => {
  test('stand one behind the other, each with its length and the hash of what it says', () => {
    const [one, other] = [section('EXPLAIN', 3), section('PROOF', 0)];
    const { EXPLAIN, PROOF } = splitSections(joined(one, other), 'a');
    expect(EXPLAIN).toEqual(one);
    expect(PROOF).toEqual(other);
    expect(one.length).toBe(SECTION_HEAD + 8 + 8);
    expect(Buffer.from(one.subarray(SECTION_SHA256.start, SECTION_SHA256.end))).toEqual(hash(one.subarray(SECTION_HEAD)));
  });

  test('of earlier artifacts have no length: they take all that is left', () => {
    const old = section('EXPLAIN', 24);
    old.fill(0, 12, 16);
    expect(splitSections(old, 'a').EXPLAIN).toEqual(old);
    expect(splitSections(new Uint8Array(0), 'a')).toEqual({});
  });

  const whole = section('PROOF', 8);
  test.each<[string, Uint8Array, string]>([
    ['an unknown name', whole.with(0, 0), 'found 64 other bytes'],
    ['a name that goes on', whole.with(5, 65), 'other bytes'],
    ['a head that is cut off', whole.slice(0, 40), 'found 40 other bytes'],
    ['fewer bytes than it says', whole.slice(0, -8), '56 bytes of PROOF (cut off?)'],
    ['more bytes than it says', joined(whole, new Uint8Array(8)), 'found 8 other bytes'],
    ['a length beyond any file', whole.with(15, 255), 'cut off'],
    ['one section twice', joined(whole, whole), 'PROOF twice'],
    [
      'two in another order',
      joined(whole, section('EXPLAIN', 0)),
      'EXPLAIN behind PROOF, expected sections that start with EXPLAIN, PROOF',
    ],
  ])('with %s are refused', (_, bytes, word) => {
    expect(() => splitSections(bytes, 'a.canopy')).toThrow(word);
  });
});
