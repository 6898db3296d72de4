import { powerOfTwo } from './bits.ts';
import { fused } from './multiply-add.ts';
import { TWO_TO_32NDS } from './tables/exp2f-table.ts';

// The numbers of Arm's optimized routines (MIT, see NOTICE), as glibc has them.
/** 32 / log(2). */
const STEPS = 46.16624130844683;
/** 2^(r / 32) - 1, as a polynomial of r from -0.5 to 0.5. */
const [C1, C2, C3] = [0.021660849396613134, 0.00023459809789509004, 1.6938359250920212e-6];
/** Adding it rounds a double to a whole number: 1.5 * 2^52. */
const SHIFT = 6755399441055744;
/** The greatest float whose exponential is finite, and the least one whose exponential is more than half of the least float. */
const [GREATEST, LEAST] = [88.72283172607422, -103.97207641601562];

/** How far the double before the last rounding may lie from the same by fused multiplication, relative to it; with room to spare. */
const DOUBT = 2 ** -32;

/**
 * e^x in single precision, as glibc's expf on a processor with fused multiplication: x is rounded to a float, and so is the answer. Of
 * all floats two have another answer without it.
 */
export function expf(x: number): number {
  const value = Math.fround(x);
  if (!isInside(value)) return outside(value);
  const power = powerPlain(value);
  const below = Math.fround(power - power * DOUBT);
  return below === Math.fround(power + power * DOUBT) ? below : Math.fround(powerFused(value));
}

/** e^x in single precision, as glibc's expf on a processor without fused multiplication. */
export function expfPlain(x: number): number {
  const value = Math.fround(x);
  return isInside(value) ? Math.fround(powerPlain(value)) : outside(value);
}

function isInside(x: number): boolean {
  return x <= GREATEST && x >= LEAST;
}

function outside(x: number): number {
  return x > GREATEST ? Number.POSITIVE_INFINITY : x < LEAST ? 0 : x;
}

function powerPlain(x: number): number {
  // x = (whole + r) * log(2) / 32
  const steps = STEPS * x;
  const whole = steps + SHIFT - SHIFT;
  const r = steps - whole;
  return ((C3 * r + C2) * (r * r) + (C1 * r + 1)) * scaleOf(whole);
}

function powerFused(x: number): number {
  const whole = fused(STEPS, x, SHIFT) - SHIFT;
  const r = fused(STEPS, x, -whole);
  return fused(fused(C3, r, C2), r * r, fused(C1, r, 1)) * scaleOf(whole);
}

function scaleOf(whole: number): number {
  return TWO_TO_32NDS[whole & 31]! * powerOfTwo(whole >> 5);
}
