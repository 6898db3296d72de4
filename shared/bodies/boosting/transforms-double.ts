import { exp } from '../../math/exp.ts';
import { log1p } from '../../math/log1p.ts';
import { longSum } from './long-sum.ts';
import { each, type Transform } from './transform.ts';

/** Shares of classes: the greatest margin is taken off first, and the sum is in doubles (LightGBM's Common::Softmax). */
function softmax(margins: Float64Array, at: number, count: number): void {
  let greatest = margins[at]!;
  for (let k = at + 1; k < at + count; k += 1) greatest = Math.max(margins[k]!, greatest);
  let sum = 0;
  for (let k = at; k < at + count; k += 1) {
    margins[k] = exp(margins[k]! - greatest);
    sum += margins[k]!;
  }
  for (let k = at; k < at + count; k += 1) margins[k] = margins[k]! / sum;
}

/** Shares of classes as R computes them: exp(x) / sum(exp(x)). */
function shares(margins: Float64Array, at: number, count: number): void {
  const own = margins.subarray(at, at + count);
  own.forEach((margin, k) => {
    own[k] = exp(margin);
  });
  const sum = longSum(own);
  own.forEach((power, k) => {
    own[k] = power / sum;
  });
}

/** The transforms of margins in doubles, by the names that artifacts have; `parameter` is the factor of the margin in a sigmoid. */
export const DOUBLE_TRANSFORMS: Readonly<Record<string, Transform>> = {
  sigmoid: each((margin, factor) => 1 / (1 + exp(-factor * margin))),
  exp: each(exp),
  log1pExp: each((margin) => log1p(exp(margin))),
  signedSquare: each((margin) => (Number(margin > 0) - Number(margin < 0)) * margin * margin),
  softmax,
  shares,
};
