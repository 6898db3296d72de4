import { exp, expPlain } from '../../math/exp.ts';
import { log1p, log1pPlain } from '../../math/log1p.ts';
import { longSum } from './long-sum.ts';
import { each, type Transform } from './transform.ts';

type Of = (x: number) => number;

/** Shares of classes: the greatest margin is taken off first, and the sum is in doubles (LightGBM's Common::Softmax). */
function softmax(margins: Float64Array, at: number, count: number, power: Of): void {
  let greatest = margins[at]!;
  for (let k = at + 1; k < at + count; k += 1) greatest = Math.max(margins[k]!, greatest);
  let sum = 0;
  for (let k = at; k < at + count; k += 1) {
    margins[k] = power(margins[k]! - greatest);
    sum += margins[k]!;
  }
  for (let k = at; k < at + count; k += 1) margins[k] = margins[k]! / sum;
}

/** Shares of classes as R computes them: exp(x) / sum(exp(x)). */
function shares(margins: Float64Array, at: number, count: number, power: Of): void {
  const shares = margins.subarray(at, at + count);
  shares.forEach((margin, k) => {
    shares[k] = power(margin);
  });
  const sum = longSum(shares);
  shares.forEach((share, k) => {
    shares[k] = share / sum;
  });
}

/** The transforms of margins in doubles; their parameter is the factor of the margin in a sigmoid. */
function transformsBy(power: Of, logOfSum: Of): Record<string, Transform> {
  return {
    sigmoid: each((margin, factor) => 1 / (1 + power(-factor * margin))),
    exp: each(power),
    expRoundedFloat: each((margin) => Math.fround(power(margin))),
    log1pExp: each((margin) => logOfSum(power(margin))),
    signedSquare: each((margin) => (Number(margin > 0) - Number(margin < 0)) * margin * margin),
    softmax: (margins, at, count) => softmax(margins, at, count, power),
    shares: (margins, at, count) => shares(margins, at, count, power),
  };
}

/** The transforms of margins in doubles, by the names that artifacts have. */
export const DOUBLE_TRANSFORMS: Readonly<Record<string, Transform>> = transformsBy(exp, log1p);

/** The same by a C library without fused multiplication (the schema's libm: plain). */
export const PLAIN_TRANSFORMS: Readonly<Record<string, Transform>> = transformsBy(expPlain, log1pPlain);
