import { highWord, powerOfTwo } from './bits.ts';
import { TWO_TO_32NDS } from './tables/exp2f-table.ts';
import { INVERSES, LOG2S } from './tables/logf-table.ts';

// The numbers of Arm's optimized routines (MIT, see NOTICE), as glibc has them.
/** log2(1 + r), as a polynomial of r from -1/32 to 1/32. */
const [A0, A1, A2, A3, A4] = [0.288457581109214, -0.36092606229713164, 0.480898481472577, -0.7213474675006291, 1.4426950408774342] as const;
/** 2^r - 1, as a polynomial of r from -1/64 to 1/64. */
const [C1, C2, C3] = [0.6931471806916203, 0.2402284522445722, 0.05550361559341535];
/** The first word of 0.699..., where the stretches of the table begin. */
const START = 0x3fe66000;
/** Adding it rounds a double to a multiple of 1 / 32: 1.5 * 2^47. */
const SHIFT = 211106232532992;
/** The power of two beyond which the answer is infinite. */
const GREATEST = 127.99999995700433;

/**
 * x^y in single precision, as glibc's powf: x and y are rounded to floats, and so is the answer. The C library has the same bits
 * with and without fused multiplication.
 */
export function powf(x: number, y: number): number {
  const [base, exponent] = [Math.fround(x), Math.fround(y)];
  const size = Math.abs(base);
  if (!(size > 0 && size < Number.POSITIVE_INFINITY && Math.abs(exponent) < Number.POSITIVE_INFINITY)) {
    // JavaScript has C's rules but for a base of 1, and of -1 with an infinite exponent.
    return base === 1 || (base === -1 && !Number.isNaN(exponent)) ? 1 : base ** exponent;
  }
  if (base < 0 && !Number.isInteger(exponent)) return Number.NaN;
  const sign = base < 0 && Math.abs(exponent % 2) === 1 ? -1 : 1;
  return sign * powerOf(exponent * logarithm(size));
}

/** log2(x), in double precision. */
function logarithm(x: number): number {
  // x = 2^power * z
  const distance = highWord(x) - START;
  const power = distance >> 20;
  const place = (distance >> 16) & 15;
  const r = x * powerOfTwo(-power) * INVERSES[place]! - 1;
  const square = r * r;
  const low = (A2 * r + A3) * square + (A4 * r + (LOG2S[place]! + power));
  return (A0 * r + A1) * (square * square) + low;
}

/** 2^x as a float. */
function powerOf(x: number): number {
  if (x > GREATEST) return Number.POSITIVE_INFINITY;
  if (x <= -150) return 0;
  if (x < -149) return 2 ** -149;
  const whole = x + SHIFT - SHIFT;
  const r = x - whole;
  const steps = whole * 32;
  const scale = TWO_TO_32NDS[steps & 31]! * powerOfTwo(steps >> 5);
  return Math.fround(((C3 * r + C2) * (r * r) + (C1 * r + 1)) * scale);
}
