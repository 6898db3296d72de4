import { fromWords, highWord, lowWord, powerOfTwo } from './bits.ts';
import { expOfSum, quickExpOfSum } from './exp.ts';
import { fused, type MultiplyAdd, plain, productLoss } from './multiply-add.ts';
import { INVERSES, LOG_TAILS, LOGS } from './tables/pow-table.ts';

// The numbers of Arm's optimized routines (MIT, see NOTICE), as glibc has them.
/** log(2), the first 42 bits and the rest. */
const [LN2_HIGH, LN2_LOW] = [0.6931471805598903, 5.497923018708371e-14];
/** log(1 + r) - r + r^2 / 2, as a polynomial of r from -1/128 to 1/128, scaled for its evaluation. */
const [A1, A2, A3, A4, A5, A6] = [
  -0.6666666666666679, 0.5000000000000007, 0.7999999995323976, -0.6666666663487739, -1.142909628459501, 1.0000415263675542,
] as const;
/** The first word of 0.7057..., where the stretches of the table begin. */
const START = 0x3fe69555;

/** Up to here a logarithm's error is small enough after the product with y. */
const QUICK_UP_TO = 1024;
/** As in exp, with two roundings more: r is the sum of two parts, and each may be rounded in another way. */
const POWER_DOUBT = 1.75 * 2 ** -59;

/** x^y, as glibc's pow on a processor with fused multiplication. */
export function pow(x: number, y: number): number {
  return powBy(x, y, fused);
}

/** x^y, as glibc's pow on a processor without fused multiplication. */
export function powPlain(x: number, y: number): number {
  return powBy(x, y, plain);
}

function powBy(x: number, y: number, multiplyAdd: MultiplyAdd): number {
  const size = Math.abs(x);
  const length = Math.abs(y);
  if (!(size > 0 && size < Number.POSITIVE_INFINITY && length > 0 && length < Number.POSITIVE_INFINITY)) return special(x, y);
  if (x < 0 && !Number.isInteger(y)) return Number.NaN;
  const sign = x < 0 && isOdd(y) ? -1 : 1;
  if (length < 2 ** -65) return size > 1 ? 1 + y : size < 1 ? 1 - y : 1;
  if (length >= 2 ** 63) return size === 1 ? 1 : size > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  return sign * (multiplyAdd === plain ? plainPower(size, y) : fusedPower(size, y));
}

/** Where one of the two is 0, infinite or no number; JavaScript has C's rules but for a base of 1 or -1. */
function special(x: number, y: number): number {
  if (x === 1) return 1;
  if (x === -1 && (y === Number.POSITIVE_INFINITY || y === Number.NEGATIVE_INFINITY)) return 1;
  return x ** y;
}

function isOdd(y: number): boolean {
  return Math.abs(y % 2) === 1;
}

/** What is common to both ways of taking the logarithm: x = 2^power * z, the stretch of the table that z lies in. */
function reduced(x: number): { z: number; power: number; place: number } {
  const isNormal = x >= 2 ** -1022;
  const normal = isNormal ? x : x * 2 ** 52;
  const distance = highWord(normal) - START;
  const exponent = distance >> 20;
  return { z: normal * powerOfTwo(-exponent), power: exponent - (isNormal ? 0 : 52), place: (distance >> 13) & 127 };
}

/**
 * By fused multiplication. It is computed without it first, but for what must be exact: the sums show whether that could make a
 * difference. If so, it is computed again.
 */
function fusedPower(x: number, y: number): number {
  const { z, power, place } = reduced(x);
  const product = z * INVERSES[place]!;
  const r = product - 1 + productLoss(z, INVERSES[place]!, product);
  const table = power * LN2_HIGH + LOGS[place]!;
  const first = table + r;
  const half = r * -0.5;
  const square = r * half;
  const cube = r * square;
  const high = first + square;
  const exact = table - first + r;
  const rest = first - high + square;
  const loss = productLoss(half, r, square);
  if (Math.abs(y) < QUICK_UP_TO) {
    const series = A1 + r * A2 + square * (A3 + r * A4 + square * (A5 + r * A6));
    const low = power * LN2_LOW + LOG_TAILS[place]! + exact + loss + rest + cube * series;
    const log = high + low;
    const part = y * log;
    const tail = productLoss(y, log, part) + y * (high - log + low);
    const quick = quickExpOfSum(part, tail, POWER_DOUBT + Math.abs(y) * (Math.abs(cube) * 2 ** -50 + 2 ** -82));
    if (quick !== undefined) return quick;
  }
  const series = fused(fused(fused(r, A6, A5), square, fused(A4, r, A3)), square, fused(A2, r, A1));
  const low = fused(cube, series, fused(power, LN2_LOW, LOG_TAILS[place]!) + exact + loss + rest);
  const log = high + low;
  const part = y * log;
  return expOfSum(part, fused(y, high - log + low, productLoss(y, log, part)), fused);
}

function plainPower(x: number, y: number): number {
  const { z, power, place } = reduced(x);
  const inverse = INVERSES[place]!;
  const zHigh = roundedToWord(z);
  const rHigh = zHigh * inverse - 1;
  const rLow = (z - zHigh) * inverse;
  const r = rHigh + rLow;
  const table = power * LN2_HIGH + LOGS[place]!;
  const first = table + r;
  const half = r * -0.5;
  const square = r * half;
  const halfHigh = -0.5 * rHigh;
  const squareHigh = rHigh * halfHigh;
  const high = first + squareHigh;
  const series = A1 + r * A2 + square * (A3 + r * A4 + square * (A5 + r * A6));
  const start = power * LN2_LOW + LOG_TAILS[place]! + (table - first + r) + rLow * (half + halfHigh) + (first - high + squareHigh);
  const low = start + r * square * series;
  const log = high + low;
  const tail = high - log + low;
  const [yHigh, logHigh] = [withoutLowBits(y), withoutLowBits(log)];
  return expOfSum(yHigh * logHigh, (y - yHigh) * logHigh + y * (log - logHigh + tail), plain);
}

/** A positive double rounded to the first of its two words. */
function roundedToWord(x: number): number {
  return fromWords(highWord(x) + (lowWord(x) >>> 31), 0);
}

/** A double without its last 27 bits. */
function withoutLowBits(x: number): number {
  return fromWords(highWord(x), lowWord(x) & 0xf8000000);
}
