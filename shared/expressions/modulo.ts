import { doubleOf, floor, type Long, longOf, minus, over, plus, times } from '../math/long-double.ts';

/** R's c_eps: LDBL_EPSILON of x86-64. */
const EPSILON = 2 ** -63;
/** Whole numbers below it have whole remainders and quotients that doubles hold, so that nothing is rounded on the way. */
const WHOLE = 2 ** 52;

/**
 * x %% y (arithmetic.c, myfmod of R 4.1 and newer). R takes the remainder of a rounded quotient in long doubles: 1 %% 0.1 is
 * 0.09999999999999995, and -1e-20 %% 1 is 0. A result of 0 is never -0, but for that of two huge numbers.
 */
export function modulo(x: number, y: number): number {
  if (y === 0 || Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (isWhole(x) && isWhole(y)) return wholeModulo(x, y);
  if (Math.abs(y) * EPSILON > 1 && Number.isFinite(x) && Math.abs(x) <= Math.abs(y)) {
    if (Math.abs(x) === Math.abs(y)) return 0;
    return (x < 0 && y > 0) || (y < 0 && x > 0) ? x + y : x;
  }
  const ratio = x / y;
  if (!Number.isFinite(ratio) || !Number.isFinite(y)) return Number.NaN;
  const divisor = longOf(y);
  const rest = restOf(x, ratio, divisor);
  return doubleOf(minus(rest, times(floor(over(rest, divisor)), divisor)));
}

/** x %/% y (arithmetic.c, myfloor), of the same rest: 1 %/% 0.1 is 9. */
export function quotient(x: number, y: number): number {
  const ratio = x / y;
  if (y === 0 || !Number.isFinite(ratio) || Math.abs(ratio) * EPSILON > 1) return ratio;
  if (isWhole(x) && isWhole(y)) return (x - wholeModulo(x, y)) / y + 0;
  if (Math.abs(ratio) < 1) return ratio < 0 || (x < 0 && y > 0) || (x > 0 && y < 0) ? -1 : 0;
  const divisor = longOf(y);
  return doubleOf(plus(longOf(Math.floor(ratio)), floor(over(restOf(x, ratio, divisor), divisor))));
}

/** What the rounded quotient leaves of x: it may be below 0 or beyond the divisor. */
function restOf(x: number, ratio: number, divisor: Long): Long {
  return minus(longOf(x), times(longOf(Math.floor(ratio)), divisor));
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < WHOLE;
}

function wholeModulo(x: number, y: number): number {
  const rest = x % y;
  return (rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest) + 0;
}
