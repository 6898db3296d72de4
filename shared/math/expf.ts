import { powerOfTwo } from './bits.ts';
import { TWO_TO_32NDS } from './exp2f-table.ts';

// The numbers of Arm's optimized routines (MIT, see NOTICE), as glibc has them.
/** 32 / log(2). */
const STEPS = 46.16624130844683;
/** 2^(r / 32) - 1, as a polynomial of r from -0.5 to 0.5. */
const [C1, C2, C3] = [0.021660849396613134, 0.00023459809789509004, 1.6938359250920212e-6];
/** Adding it rounds a double to a whole number: 1.5 * 2^52. */
const SHIFT = 6755399441055744;
/** The greatest float whose exponential is finite, and the least one whose exponential is more than half of the least float. */
const [GREATEST, LEAST] = [88.72283172607422, -103.97207641601562];

/**
 * e^x in single precision, as glibc's expf: x is rounded to a float, and so is the answer. The C library has the same bits with
 * and without fused multiplication.
 */
export function expf(x: number): number {
  const value = Math.fround(x);
  if (!(Math.abs(value) < 88)) {
    if (value > GREATEST) return Number.POSITIVE_INFINITY;
    if (value < LEAST) return 0;
    if (Number.isNaN(value)) return value;
  }
  // x = (whole + r) * log(2) / 32
  const steps = STEPS * value;
  const whole = steps + SHIFT - SHIFT;
  const r = steps - whole;
  const scale = TWO_TO_32NDS[whole & 31]! * powerOfTwo(whole >> 5);
  return Math.fround(((C3 * r + C2) * (r * r) + (C1 * r + 1)) * scale);
}
