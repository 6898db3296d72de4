import { expect, test } from '@jest/globals';
import { areDistinct, firstRepeated } from '../../../shared/schema/distinct.ts';

const texts = (count: number) => Array.from({ length: count }, (_, at) => `class ${at}`);

test.each([0, 1, 2, 1_000, 1_001, 5_000])('%d different texts are distinct', (count) => {
  expect(firstRepeated(texts(count))).toBe(-1);
  expect(areDistinct(texts(count))).toBe(true);
});

test.each([
  [2, 0, 1],
  [1_000, 3, 999],
  [1_001, 0, 1_000],
  [5_000, 4_998, 4_999],
  [5_000, 7, 2_500],
])('of %d texts, the one that stands again is found, be it at %d or %d', (count, first, again) => {
  const list = texts(count);
  list[again] = list[first] as string;
  expect(firstRepeated(list)).toBe(again);
});

test('texts that are made to have one hash stay two texts', () => {
  const list = sameHash(11);
  expect(new Set(list).size).toBe(2_048);
  expect(firstRepeated(list)).toBe(-1);
  expect(firstRepeated([...list, list[4] as string])).toBe(list.length);
});

/** 2^n texts of one FNV-1a hash: at each step, two words that lead from the state so far to one and the same. */
function sameHash(steps: number): string[] {
  const prime = 0x01000193;
  let [list, state] = [[''], 0x811c9dc5];
  for (let step = 0; step < steps; step += 1) {
    const firstOf = new Map<number, number>();
    const next = (first: number) => Math.imul(state ^ first, prime);
    // Two characters that leave the same upper half; a second one then makes the lower halves equal.
    let first = 0;
    while (!firstOf.has(next(first) >>> 16)) firstOf.set(next(first) >>> 16, first++);
    const other = firstOf.get(next(first) >>> 16) as number;
    const words = [String.fromCharCode(first, 0), String.fromCharCode(other, (next(first) ^ next(other)) & 0xffff)];
    list = words.flatMap((word) => list.map((text) => text + word));
    state = Math.imul(next(first), prime);
  }
  return list;
}
