import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { compilePattern } from '../../../shared/steps/patterns/match.ts';
import { numberOfText } from '../../../shared/steps/patterns/step.ts';

type Case = [pattern: string, ignoreCase: boolean, text: string, isIn: boolean, count: number];
const CASES = JSON.parse(readFileSync(new URL('../../golden/recipes/patterns.json', import.meta.url), 'utf8')) as Case[];

describe('regular expressions match as those of R', () => {
  test('in 300 random patterns and texts, and as often', () => {
    expect(CASES).toHaveLength(300);
    const wrong = CASES.filter(([pattern, ignoreCase, text, isIn, count]) => {
      const made = compilePattern(pattern, { ignoreCase }, true, 'the pattern');
      return made.isIn(text) !== isIn || made.count(text) !== count;
    });
    expect(wrong).toEqual([]);
  });

  test('a fixed text is looked for as it stands', () => {
    const dot = compilePattern('a.', { fixed: true }, true, 'the pattern');
    expect([dot.count('a.a.ab'), dot.isIn('ab')]).toEqual([2, false]);
  });

  test.each<[pattern: string, found: string]>([
    ['a\\1', '\\1, a reference to a group'],
    ['(?i)a', 'a group that begins with (?'],
    ['a+?', 'a repetition of a repetition, or a lazy one'],
    ['a{2,1}', 'the repetition {2,1}'],
    ['\\W{2,3}', '{m,n} of a negated class'],
    ['a(', 'a ( without its )'],
    ['[a', 'a [ without its ]'],
    ['[[:wrong:]]', '[:wrong:]'],
    ['a^b', '^ or $ inside of a pattern'],
    ['a*', 'a pattern that an empty text matches'],
    ['\\p', 'the escape \\p'],
    ['((a{200}){2}b){9}', '{m,n} of a negated class or of another {m,n}'],
  ])('%s is refused by name', (pattern, found) => {
    expect(() => compilePattern(pattern, {}, true, 'the pattern')).toThrow(`found ${found}`);
  });
});

describe('what R would answer by the tables of its machine has no answer here', () => {
  const isIn = (pattern: string, text: string) => compilePattern(pattern, {}, false, 'the pattern').isIn(text);
  test.each<[pattern: string, text: string, isIn: boolean | undefined]>([
    ['\\w', 'é', true],
    ['\\w', '日', undefined],
    ['[[:upper:]]', 'é', undefined],
    ['\\d', '日', false],
    ['日', '日本', true],
  ])('%s in %s: %s', (pattern, text, expected) => {
    expect(isIn(pattern, text)).toBe(expected);
  });
});

test('no pattern takes more than its size times the text: a text for which it would has no answer', () => {
  const count = (pattern: string, text: string) => compilePattern(pattern, {}, true, 'the pattern').count(text);
  expect(count('(a|a)*b', 'a'.repeat(4000))).toBe(0);
  // Each match is looked for up to the end of the text, in vain.
  expect(count('a|a+b', 'a'.repeat(4000))).toBeUndefined();
  expect(count('a|a+b', 'aab a aab')).toBe(3);
});

test('a pattern counts each of its parts at each character', () => {
  const steps = { left: 0 };
  compilePattern('(a|b|ab){1,250}x', {}, false, 'the pattern').isIn('ab'.repeat(100), steps);
  const short = -steps.left;
  compilePattern('(a|b|ab){1,250}x', {}, false, 'the pattern').isIn('ab'.repeat(1_000), steps);
  expect(-steps.left - short).toBeGreaterThan(5 * short);
});

test('a text of 4,096 characters has no number', () => {
  const read = numberOfText({ make: 'share', pattern: 'é', options: {} }, 'the pattern');
  expect(read('é'.repeat(4095))).toBe(4095 + 4096 * 4095);
  expect(read('é'.repeat(4096))).toBeUndefined();
});
