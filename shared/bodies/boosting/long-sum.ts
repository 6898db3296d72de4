import { doubleOf, type Long, longOf, plus } from '../../math/long-double.ts';

/**
 * The sum of numbers, as R's sum() has it on x86: in long doubles of 64 bits from the first to the last, and
 * then rounded to a double (src/main/summary.c, rsum).
 */
export function longSum(values: Float64Array): number {
  let sum: Long = { whole: 0n, power: 0 };
  for (const value of values) {
    if (!Number.isFinite(value)) return values.reduce((all, one) => all + one, 0);
    sum = plus(sum, longOf(value));
  }
  return doubleOf(sum);
}
