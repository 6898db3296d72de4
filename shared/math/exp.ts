import { powerOfTwo } from './bits.ts';
import { fused, type MultiplyAdd, plain } from './multiply-add.ts';
import { TAILS, TWO_TO_128THS } from './tables/exp-table.ts';

// The numbers of Arm's optimized routines (MIT, see NOTICE), as glibc has them.
/** 128 / log(2). */
export const STEPS = 184.6649652337873;
/** -log(2) / 128, the first 36 bits and the rest. */
export const [STEP_HIGH, STEP_LOW] = [-0.005415212348111709, -1.2864023111638346e-14];
/** Up to so many steps their product with STEP_HIGH is exact. */
const EXACT_STEPS = 131072;
/** e^r - 1 - r, as a polynomial of r from -log(2) / 256 to log(2) / 256. */
export const [C2, C3, C4, C5] = [0.49999999999996786, 0.16666666666665886, 0.0416666808410674, 0.008333335853059549];
/** Adding it rounds a double to a whole number: 1.5 * 2^52. */
export const SHIFT = 6755399441055744;

/** Up to here no sum can come to the ends of the doubles, however its parts were rounded. */
export const QUICK_UP_TO = 511;
/** Beyond this the nearest whole number depends on how a product was rounded. */
export const NEARLY_HALF = 0.5 - 2 ** -30;
/**
 * How far `rest` may lie from the rest by fused multiplication. Both are sums of the same numbers below 2^-8, whose roundings are at most
 * 2^-62 each: three of the one sum, three of the other, and r, which may differ by 2^-61. The rest is for the product with the scale
 * (2^-61.5), and for all that is smaller.
 */
export const DOUBT = 1.25 * 2 ** -59;

/**
 * e^x, as glibc's exp on a processor with fused multiplication. It is computed without it first: the last sum shows whether that could
 * make a difference. Of 100 arguments it could for some 3, and these are computed again.
 */
export function exp(x: number): number {
  return quickExpOfSum(x, 0, DOUBT) ?? expOfSum(x, 0, fused);
}

/**
 * e^(x + tail) without fused multiplication; undefined where that could have another bit. `doubt` is how far the rest behind
 * the scale may lie from the rest by fused multiplication.
 */
export function quickExpOfSum(x: number, tail: number, doubt: number): number | undefined {
  const size = Math.abs(x);
  if (!(size < QUICK_UP_TO && size >= 2 ** -54)) return undefined;
  const steps = STEPS * x;
  const whole = steps + SHIFT - SHIFT;
  const r = x + whole * STEP_HIGH + whole * STEP_LOW + tail;
  const place = whole & 127;
  const square = r * r;
  const rest = TAILS[place]! + r + square * (C2 + r * C3) + square * square * (C4 + r * C5);
  const scale = TWO_TO_128THS[place]! * powerOfTwo(whole >> 7);
  const part = scale * rest;
  const value = scale + part;
  const lost = part - (value - scale);
  const most = scale * doubt;
  const isSure = value + (lost + most) === value && value + (lost - most) === value && Math.abs(steps - whole) < NEARLY_HALF;
  return isSure ? value : undefined;
}

/** e^x, as glibc's exp on a processor without fused multiplication. */
export function expPlain(x: number): number {
  return expOfSum(x, 0, plain);
}

/** e^(x + tail), where the tail is less than 2^-15 and less than x. */
export function expOfSum(x: number, tail: number, multiplyAdd: MultiplyAdd): number {
  const size = Math.abs(x);
  if (!(size < 512)) {
    if (!(size < 1024)) return Number.isNaN(x) ? x : x < 0 ? 0 : Number.POSITIVE_INFINITY;
  } else if (size < 2 ** -54) return 1 + x;
  // x = whole * log(2) / 128 + r
  const whole = multiplyAdd(STEPS, x, SHIFT) - SHIFT;
  const first = Math.abs(whole) > EXACT_STEPS ? multiplyAdd(whole, STEP_HIGH, x) : whole * STEP_HIGH + x;
  const r = multiplyAdd(whole, STEP_LOW, first) + tail;
  const square = r * r;
  const low = multiplyAdd(multiplyAdd(C3, r, C2), square, TAILS[whole & 127]! + r);
  const rest = multiplyAdd(square * square, multiplyAdd(r, C5, C4), low);
  if (!(size < 512)) return atTheEnds(whole, rest, multiplyAdd);
  const scale = TWO_TO_128THS[whole & 127]! * powerOfTwo(whole >> 7);
  return multiplyAdd(scale, rest, scale);
}

/** 2^(whole / 128) * (1 + rest), which may be too large for a double, or so small that it has less than 53 bits. */
function atTheEnds(whole: number, rest: number, multiplyAdd: MultiplyAdd): number {
  const power = TWO_TO_128THS[whole & 127]!;
  if (whole > 0) {
    const scale = power * powerOfTwo((whole >> 7) - 1009);
    return multiplyAdd(scale, rest, scale) * 2 ** 1009;
  }
  // With fused multiplication, too, the product is rounded here: it is needed twice.
  const scale = power * powerOfTwo((whole >> 7) + 1022);
  const part = scale * rest;
  const value = scale + part;
  if (value >= 1) return value * 2 ** -1022;
  // Rounded at the last bit that the answer will have, and only once.
  const lost = scale - value + part;
  const high = 1 + value;
  return (high + (1 - high + value + lost) - 1) * 2 ** -1022;
}
