import { fromWords, highWord, powerOfTwo } from './bits.ts';
import { fused, type MultiplyAdd, plain, productLoss } from './multiply-add.ts';
import { INVERSES, LOGS, MIDDLE_TAILS, MIDDLES } from './tables/log2-table.ts';

// The numbers of Arm's optimized routines (MIT, see NOTICE), as glibc has them.
/** 1 / log(2), the first 32 bits and the rest. */
const [INVERSE_HIGH, INVERSE_LOW] = [1.4426950407214463, 1.6751713164886512e-10];
/** log2(1 + r) - r / log(2), as a polynomial of r from -1/128 to 1/128, divided by r^2. */
const [A0, A1, A2, A3, A4, A5] = [
  -0.7213475204444882, 0.4808983469629985, -0.36067375954075914, 0.2885390073180969, -0.2404693555628422, 0.2061202382173603,
] as const;
/** The same from -1/23 to 1/23. */
const [B0, B1, B2, B3, B4, B5, B6, B7, B8, B9] = [
  -0.7213475204444817, 0.48089834696298744, -0.360673760222145, 0.2885390081805197, -0.24044917405728863, 0.2060992861022954,
  -0.18033596705327856, 0.1603032746063156, -0.14483316576701266, 0.13046826811283835,
] as const;
/** Where a polynomial alone is taken. */
const [NEAR_LOW, NEAR_HIGH] = [0.9576029777526855, 1.0442743301391602];
/** The first word of 0.6875, where the stretches of the table begin. */
const START = 0x3fe60000;

/** How far the sum behind the first term may lie from the same by fused multiplication: 6 roundings of 2^-54 times 2^-14, and smaller ones. */
const DOUBT = 2 ** -64;

/** log2(x), as glibc's log2 on a processor with fused multiplication. */
export function log2(x: number): number {
  const isNear = x >= NEAR_LOW && x < NEAR_HIGH;
  return (isNear || !(x >= 2 ** -1022 && x < Number.POSITIVE_INFINITY) ? undefined : quickByTable(x)) ?? log2By(x, fused);
}

/** log2(x), as glibc's log2 on a processor without fused multiplication. */
export function log2Plain(x: number): number {
  return log2By(x, plain);
}

/** By the table without fused multiplication, but for what must be exact; undefined where the last sum shows that this could matter. */
function quickByTable(x: number): number | undefined {
  const distance = highWord(x) - START;
  const power = distance >> 20;
  const place = (distance >> 14) & 63;
  const z = x * powerOfTwo(-power);
  const product = z * INVERSES[place]!;
  const r = product - 1 + productLoss(z, INVERSES[place]!, product);
  const first = r * INVERSE_HIGH;
  const table = power + LOGS[place]!;
  const high = table + first;
  const square = r * r;
  const series = A0 + r * A1 + square * (A2 + r * A3) + square * square * (A4 + r * A5);
  const tail = table - high + first + (r * INVERSE_LOW + productLoss(r, INVERSE_HIGH, first)) + square * series;
  const value = high + tail;
  const lost = tail - (value - high);
  return value + (lost + DOUBT) === value && value + (lost - DOUBT) === value ? value : undefined;
}

function log2By(x: number, multiplyAdd: MultiplyAdd): number {
  if (x >= NEAR_LOW && x < NEAR_HIGH) return log2NearOne(x - 1, multiplyAdd);
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return x === 0 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
  const isNormal = x >= 2 ** -1022;
  const normal = isNormal ? x : x * 2 ** 52;
  // x = 2^power * z, with z from 0.6875 to 1.375
  const distance = highWord(normal) - START;
  const power = (distance >> 20) - (isNormal ? 0 : 52);
  const place = (distance >> 14) & 63;
  const z = normal * powerOfTwo(-(distance >> 20));
  const inverse = INVERSES[place]!;
  const product = z * inverse;
  const r = multiplyAdd === plain ? (z - MIDDLES[place]! - MIDDLE_TAILS[place]!) * inverse : product - 1 + productLoss(z, inverse, product);
  const { high: first, low: rest } = timesInverse(r, multiplyAdd);
  const table = power + LOGS[place]!;
  const high = table + first;
  const low = table - high + first + rest;
  const square = r * r;
  const middle = multiplyAdd(multiplyAdd(A3, r, A2), square, multiplyAdd(A1, r, A0));
  const series = multiplyAdd(multiplyAdd(r, A5, A4), square * square, middle);
  return multiplyAdd(square, series, low) + high;
}

/** log2(1 + r) for a small r. */
function log2NearOne(r: number, multiplyAdd: MultiplyAdd): number {
  const { high, low } = timesInverse(r, multiplyAdd);
  const square = r * r;
  const fourth = square * square;
  const first = multiplyAdd(B1, r, B0);
  const sum = multiplyAdd(first, square, high);
  const lost = multiplyAdd(first, square, high - sum) + low;
  const middle = multiplyAdd(multiplyAdd(B5, r, B4), square, multiplyAdd(B3, r, B2));
  const last = multiplyAdd(multiplyAdd(r, B9, B8), square, multiplyAdd(B7, r, B6));
  return sum + multiplyAdd(multiplyAdd(last, fourth, middle), fourth, lost);
}

/** r / log(2) in two doubles. */
function timesInverse(r: number, multiplyAdd: MultiplyAdd): { high: number; low: number } {
  if (multiplyAdd === plain) {
    const cut = fromWords(highWord(r), 0);
    return { high: cut * INVERSE_HIGH, low: (r - cut) * INVERSE_HIGH + r * INVERSE_LOW };
  }
  const high = r * INVERSE_HIGH;
  return { high, low: multiplyAdd(r, INVERSE_LOW, productLoss(r, INVERSE_HIGH, high)) };
}
