import { describe, expect, test } from '@jest/globals';
import { countWords, doublesIn, integersIn, type Members, textIn } from '../../../model/readers/lightgbm/members.ts';
import { importText } from '../../../model/readers/lightgbm/reader.ts';
import { ModelError } from '../../../shared/errors.ts';
import { lightgbmText, SPLIT } from '../../support/boosting/lightgbm-text.ts';
import { errorOf } from '../../support/error-of.ts';

const MB = 2 ** 20;
const member = (value: string): Members => new Map([['key', Buffer.from(value)]]);

/** A value's bytes, and how long the longest text was that was made of them. */
function watched(bytes: Buffer): { bytes: Buffer; longest(): number } {
  let longest = 0;
  const counted = (encoding?: BufferEncoding, start = 0, end = bytes.length) => {
    longest = Math.max(longest, end - start);
    return Buffer.prototype.toString.call(bytes, encoding, start, end);
  };
  return { bytes: Object.assign(bytes, { toString: counted }), longest: () => longest };
}

describe('a long line is read in pieces', () => {
  test('no more than 64 KB of it are a text at once, and its numbers are those of the whole', () => {
    const expected = Array.from({ length: 300_000 }, (_, place) => place / 8);
    const value = watched(Buffer.from(expected.join(' ')));
    const members: Members = new Map([['key', value.bytes]]);
    expect(Array.from(doublesIn(members, 'key', expected.length, 'tree 0'))).toEqual(expected);
    expect(value.longest()).toBeGreaterThan(1_000);
    expect(value.longest()).toBeLessThanOrEqual(2 ** 16);
  });

  test.each([2 ** 16 - 2, 2 ** 16 - 1, 2 ** 16, 2 ** 16 + 1, 2 ** 16 + 2])('wherever a piece of %i bytes ends', (length) => {
    for (const blanks of [1, 2, 3]) {
      const text = `${'7 '.repeat(length / 2)}${' '.repeat(length % 2)}12345${' '.repeat(blanks)}678 `;
      const numbers = integersIn(member(text), 'key', countWords(Buffer.from(text)), 'tree 0');
      expect(numbers.slice(-3)).toEqual([7, 12345, 678]);
      expect(numbers).toHaveLength(Math.floor(length / 2) + 2);
    }
  });

  test('a word that is longer than a piece stays one, which is no number', () => {
    const text = `1 ${'1'.repeat(200_000)} 2`;
    for (const read of [integersIn, doublesIn])
      expect(() => read(member(text), 'key', 3, 'tree 0')).toThrow(`tree 0's key: found "${'1'.repeat(40)}", expected a`);
  });
});

test('words are counted as they are cut', () => {
  expect([' 1  2 3 ', '   ', '', '5', 'a b'].map((text) => countWords(Buffer.from(text)))).toEqual([3, 0, 0, 1, 2]);
  expect(integersIn(member('  '), 'key', 0, 'tree 0')).toEqual([]);
  expect(Array.from(doublesIn(member(' -inf  inf nan 1e5 +0.5'), 'key', 5, 'tree 0'))).toEqual([-Infinity, Infinity, Number.NaN, 1e5, 0.5]);
});

describe('a line that is one text has a limit', () => {
  const long = 'x'.repeat(33 * MB);

  test('names, objectives, the version and categories of more than 32 MB are refused', () => {
    const refused = (bytes: Buffer) => errorOf(() => importText(bytes, 'm.txt'));
    for (const [name, header] of Object.entries({ feature_names: { feature_names: long }, objective: { objective: long } })) {
      const error = refused(lightgbmText([SPLIT], header));
      expect(error).toBeInstanceOf(ModelError);
      expect(error.message).toBe(`m.txt's ${name}: found ${33 * MB} bytes, expected at most ${32 * MB}`);
    }
    expect(refused(lightgbmText([SPLIT], {}, `pandas_categorical:${long}`)).message).toContain("m.txt's pandas_categorical: found");
  });

  test('what says nothing of the answers may be of any length, and is no text', () => {
    const text = lightgbmText([{ ...SPLIT, leaf_weight: long }], { monotone_constraints: long }, long);
    expect(importText(text, 'm.txt').schema.features).toHaveLength(2);
    expect(textIn(new Map(), 'key', 'm.txt')).toBeUndefined();
  });
});
