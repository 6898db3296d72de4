import { highWord, powerOfTwo } from './bits.ts';
import { INVERSES, LOGS } from './tables/logf-table.ts';

// The numbers of Arm's optimized routines (MIT, see NOTICE), as glibc has them.
/** log(1 + r) - r, as a polynomial of r from -1/32 to 1/32. */
const [A0, A1, A2] = [-0.25089342214237154, 0.333456765744066, -0.4999997485802103];
/** log(2). */
const LN2 = 0.6931471805599453;
/** The first word of 0.699..., where the stretches of the table begin. */
const START = 0x3fe66000;

/**
 * log(x) in single precision, as glibc's logf: x is rounded to a float, and so is the answer. The C library has the same bits
 * with and without fused multiplication.
 */
export function logf(x: number): number {
  const value = Math.fround(x);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return value === 0 ? Number.NEGATIVE_INFINITY : value > 0 ? value : Number.NaN;
  // x = 2^power * z
  const distance = highWord(value) - START;
  const power = distance >> 20;
  const place = (distance >> 16) & 15;
  const r = value * powerOfTwo(-power) * INVERSES[place]! - 1;
  const square = r * r;
  return Math.fround((A0 * square + (A1 * r + A2)) * square + (LOGS[place]! + power * LN2 + r));
}
