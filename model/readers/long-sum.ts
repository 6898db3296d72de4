import { doubleOf, longOf, plus } from '../../shared/math/long-double.ts';

/** R's sum() of doubles, which adds up long doubles and rounds once; NaN where one is not finite. */
export function longSumOf(values: number[]): number {
  if (values.every(Number.isSafeInteger)) return values.reduce((sum, value) => sum + value, 0);
  if (!values.every(Number.isFinite)) return Number.NaN;
  return doubleOf(values.reduce((sum, value) => plus(sum, longOf(value)), longOf(0)));
}
