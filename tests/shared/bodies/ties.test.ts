import { expect, test } from '@jest/globals';
import { hashDouble, mersenneTwister64, tieBreaker, walkOrder } from '../../../shared/bodies/forest/ties.ts';

// The numbers in this file were printed by a C++ program, compiled by g++ 12 on x86-64 and so with libstdc++.

const first = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

test('std::mt19937_64 gives its numbers', () => {
  const words = mersenneTwister64(42);
  expect([words.next().value, words.next().value, words.next().value]).toEqual([
    13930160852258120406n,
    11788048577503494824n,
    13874630024467741450n,
  ]);
  // The 10,000th number from the default seed is what the C++ standard itself says.
  const standard = mersenneTwister64(5489);
  for (let at = 1; at < 10_000; at += 1) standard.next();
  expect(standard.next().value).toBe(9981545732273789042n);
});

test('std::hash<double> gives its numbers, and that of a zero is 0', () => {
  expect([0, -0, 1, 2, -3.5].map(hashDouble)).toEqual([0n, 0n, 8386164645967068059n, 6369015886390043782n, 5430960277820365933n]);
});

test('a std::unordered_map is walked in its order, before and after it grows', () => {
  expect(walkOrder(first(3))).toEqual([3, 2, 1]);
  expect(walkOrder(first(13))).toEqual([13, 9, 10, 8, 7, 6, 4, 3, 12, 11, 5, 2, 1]);
  expect(walkOrder(first(14))).toEqual([14, 1, 2, 11, 4, 6, 3, 7, 8, 5, 12, 10, 9, 13]);
  const walked = '40 39 37 36 35 33 31 32 30 13 9 10 5 38 26 17 28 3 34 6 4 12 11 21 19 23 1 7 27 14 15 2 18 16 8 20 22 24 25 29';
  expect(walkOrder(first(40)).join(' ')).toBe(walked);
});

test('the draw depends on the seed and on how many classes tie, not on the rows before', () => {
  const drawn = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed) => {
    return [2, 3, 7].map((count) => walkOrder(first(count)).indexOf(tieBreaker(seed)(first(count), new Set(first(count)))));
  });
  expect(drawn.join(' ')).toBe('0 0 0 1 2 6 1 1 3 1 2 5 1 2 4 1 2 5 1 2 5 0 1 3');
  const breakTie = tieBreaker(3);
  expect(breakTie([1, 2, 5], new Set([2, 5]))).toBe(breakTie([1, 2, 5], new Set([2, 5])));
});
