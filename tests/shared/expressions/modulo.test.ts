import { expect, test } from '@jest/globals';
import { FUNCTIONS } from '../../../shared/expressions/functions.ts';

// What R 4.2.2 says on x86-64, whose long doubles have 64 bits: x, y, x %% y, x %/% y.
const KNOWN = [
  [1, 0.1, 0.09999999999999995, 9],
  [0.3, 0.1, 0.099999999999999978, 2],
  [-1e-20, 1, 0, -1],
  [1e-20, -1, 0, -1],
  [98765.4321, 0.01, 0.0021000000033950528, 9876543],
  [12345.678, 0.1, 0.077999999999198266, 123456],
  [1e17, 3, 1, 33333333333333332],
  [-0.5, 0.1, 2.7755575615628914e-17, -5],
  [5, Number.POSITIVE_INFINITY, 5, 0],
  [-5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1],
  [1000000, 0.3, 0.1000000000370278, 3333333],
  [2147483647.5, 0.3, 7.9511664807796478e-8, 7158278825],
  [7, -0.2, -3.8857805861880479e-16, -35],
  [-7, 0.2, 3.8857805861880479e-16, -35],
  [-6, 3, 0, -2],
  [-7, 3, 2, -3],
  [7, -3, -2, -3],
  [9.9998886718268301e-321, 5, 9.9998886718268301e-321, 0],
  [-9.9998886718268301e-321, 5, 0, -1],
  [1e300, 1e-300, Number.NaN, Number.POSITIVE_INFINITY],
  [3, 0, Number.NaN, Number.POSITIVE_INFINITY],
] as const;

test.each(KNOWN)('%d and %d have the remainder and the quotient of R', (x, y, rest, whole) => {
  expect([FUNCTIONS['%%']?.apply(x, y), FUNCTIONS['%/%']?.apply(x, y)]).toEqual([rest, whole]);
});

test('a whole number has the remainder of whole numbers, by the exact way as by the short one', () => {
  for (let at = 0; at < 2000; at += 1) {
    const [x, y] = [((at * 7919) % 4001) - 2000, ((at * 104729) % 37) - 18];
    if (y === 0) continue;
    // Beside a power of two all digits stay, and the numbers are no longer whole.
    const shrunk = FUNCTIONS['%%']?.apply(x / 1024, y / 1024) as number;
    expect([x, y, FUNCTIONS['%%']?.apply(x, y)]).toEqual([x, y, shrunk * 1024]);
    expect([x, y, FUNCTIONS['%/%']?.apply(x, y)]).toEqual([x, y, FUNCTIONS['%/%']?.apply(x / 1024, y / 1024)]);
  }
});
