import { expf } from '../../math/expf.ts';

const { fround } = Math;

/** The greatest power of e whose 32-bit float the sigmoid takes (xgboost's src/common/math.h). */
const MOST_EXPONENT = fround(88.7);

/** xgboost's Sigmoid in 32-bit floats; its summand of 1e-16 is below the last bit of 1. */
export function sigmoidFloat(margin: number): number {
  return fround(1 / fround(expf(Math.min(-margin, MOST_EXPONENT)) + 1));
}

/** xgboost's Softmax: floats, but their sum in doubles. */
export function softmaxFloat(margins: Float64Array, at: number, count: number): void {
  let greatest = margins[at]!;
  for (let k = at + 1; k < at + count; k += 1) greatest = Math.max(margins[k]!, greatest);
  let sum = 0;
  for (let k = at; k < at + count; k += 1) {
    const power = expf(fround(margins[k]! - greatest));
    margins[k] = power;
    sum += power;
  }
  const divisor = fround(sum);
  for (let k = at; k < at + count; k += 1) margins[k] = fround(margins[k]! / divisor);
}
