import { highWord, powerOfTwo } from './bits.ts';
import { fused, type MultiplyAdd, plain, productLoss } from './multiply-add.ts';
import { MIDDLE_TAILS, MIDDLES } from './tables/log-middles-table.ts';
import { INVERSES, LOGS } from './tables/log-table.ts';

// The numbers of Arm's optimized routines (MIT, see NOTICE), as glibc has them.
/** log(2), the first 42 bits and the rest. */
const [LN2_HIGH, LN2_LOW] = [0.6931471805598903, 5.497923018708371e-14];
/** log(1 + r) - r, as a polynomial of r from -1/256 to 1/256. */
const [A0, A1, A2, A3, A4] = [
  -0.5000000000000001, 0.33333333331825593, -0.2499999999622955, 0.20000304511814496, -0.16667054827627667,
] as const;
/** The same from -1/16 to 1/16, behind -r^2 / 2. */
const [B1, B2, B3, B4, B5, B6, B7, B8, B9, B10] = [
  0.3333333333333352, -0.24999999999998432, 0.19999999999320328, -0.16666666669929706, 0.14285715076560868, -0.12499997863982555,
  0.11110712032936046, -0.10000486757818193, 0.09181994006195467, -0.08328363062289341,
] as const;
/** Where a polynomial alone is taken. */
const [NEAR_LOW, NEAR_HIGH] = [0.9375, 1.064697265625];
/** The first word of 0.6875, where the stretches of the table begin. */
const START = 0x3fe60000;
/** Parts a double in two, one of 26 bits. */
const SPLITTER = 2 ** 27;

/** How far the sum behind the first terms may lie from the same by fused multiplication: five roundings below 2^-17, and smaller ones. */
const DOUBT = 2 ** -68;

/**
 * log(x), as glibc's log on a processor with fused multiplication. It is computed without it first: the last sum shows whether that
 * could make a difference. If so, it is computed again.
 */
export function log(x: number): number {
  if (x >= NEAR_LOW && x < NEAR_HIGH) return quickNearOne(x);
  return x >= 2 ** -1022 && x < Number.POSITIVE_INFINITY ? quickByTable(x) : logByTable(x, fused);
}

/** log(x), as glibc's log on a processor without fused multiplication. */
export function logPlain(x: number): number {
  return x >= NEAR_LOW && x < NEAR_HIGH ? logNearOne(x, plain) : logByTable(x, plain);
}

function quickNearOne(x: number): number {
  const r = x - 1;
  const square = r * r;
  const cube = r * square;
  const last = B7 + B8 * r + square * B9 + cube * B10;
  const rest = B1 + B2 * r + square * B3 + cube * (B4 + B5 * r + square * B6 + cube * last);
  const shifted = r * SPLITTER;
  const high = r + shifted - shifted;
  const half = -0.5 * (high * high);
  const sum = r + half;
  const tail = rest * cube + (r - sum + half + -0.5 * (r - high) * (high + r));
  const value = sum + tail;
  const lost = tail - (value - sum);
  // Roundings of the polynomial, which is about 1/3, before the cube; of the tail's product; of the tail itself.
  const doubt = Math.abs(r) * (square * 2 ** -51 + Math.abs(r) * 2 ** -76 + 2 ** -104);
  return value + (lost + doubt) === value && value + (lost - doubt) === value ? value : logNearOne(x, fused);
}

function quickByTable(x: number): number {
  const distance = highWord(x) - START;
  const power = distance >> 20;
  const place = (distance >> 13) & 127;
  const r = distanceFromOne(x * powerOfTwo(-power), INVERSES[place]!);
  const table = power * LN2_HIGH + LOGS[place]!;
  const high = table + r;
  const square = r * r;
  const tail = table - high + r + power * LN2_LOW + square * A0 + r * square * (A1 + A2 * r + square * (A3 + r * A4));
  const value = high + tail;
  const lost = tail - (value - high);
  return value + (lost + DOUBT) === value && value + (lost - DOUBT) === value ? value : logByTable(x, fused);
}

function logNearOne(x: number, multiplyAdd: MultiplyAdd): number {
  const r = x - 1;
  const square = r * r;
  const cube = r * square;
  const last = multiplyAdd(cube, B10, multiplyAdd(square, B9, multiplyAdd(B8, r, B7)));
  const middle = multiplyAdd(last, cube, multiplyAdd(square, B6, multiplyAdd(B5, r, B4)));
  const rest = multiplyAdd(middle, cube, multiplyAdd(square, B3, multiplyAdd(B2, r, B1)));
  // r - r^2 / 2 in two doubles; the square of 26 bits is exact.
  const shifted = r * SPLITTER;
  const high = r + shifted - shifted;
  const half = -0.5 * (high * high);
  const sum = r + half;
  const low = multiplyAdd(-0.5 * (r - high), high + r, r - sum + half);
  return sum + multiplyAdd(rest, cube, low);
}

function logByTable(x: number, multiplyAdd: MultiplyAdd): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return x === 0 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
  const isNormal = x >= 2 ** -1022;
  const normal = isNormal ? x : x * 2 ** 52;
  // x = 2^power * z, with z from 0.6875 to 1.375
  const distance = highWord(normal) - START;
  const power = (distance >> 20) - (isNormal ? 0 : 52);
  const place = (distance >> 13) & 127;
  const z = normal * powerOfTwo(-(distance >> 20));
  const r = multiplyAdd === plain ? (z - MIDDLES[place]! - MIDDLE_TAILS[place]!) * INVERSES[place]! : distanceFromOne(z, INVERSES[place]!);
  // r + log(c) + power * log(2) in two doubles; the product is exact.
  const table = power * LN2_HIGH + LOGS[place]!;
  const high = table + r;
  const low = multiplyAdd(power, LN2_LOW, table - high + r);
  const square = r * r;
  const series = multiplyAdd(multiplyAdd(r, A4, A3), square, multiplyAdd(A2, r, A1));
  return multiplyAdd(r * square, series, multiplyAdd(square, A0, low)) + high;
}

/** a * b - 1, rounded once, for a product near 1: the difference is exact, so only the product's loss is rounded. */
function distanceFromOne(a: number, b: number): number {
  const product = a * b;
  return product - 1 + productLoss(a, b, product);
}
