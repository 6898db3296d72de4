import type { MathLibrary } from '../math/library.ts';
import { normalQuantile } from '../math/normal-quantile.ts';

const ROOT_PI = 1.772453850905516;
/** From here on the series of the ratio of gamma functions has all bits of a double. */
const SERIES_FROM = 20;
/** Stirling's series of log(gamma(z + 1/2) / gamma(z)) - log(z) / 2, in odd powers of 1 / z (Abramowitz and Stegun 6.1.40, from Bernoulli numbers). */
const SERIES = [-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432];
/** Beyond so many degrees of freedom the fraction loses bits, and four terms of the series by 1 / df have all. */
const MOST_DF = 20_000;
/** The terms of that series (Abramowitz and Stegun 26.7.5): coefficients of odd powers from the first on, and what they are divided by. */
const NEAR_NORMAL = [
  { odd: [1, 1], by: 4 },
  { odd: [3, 16, 5], by: 96 },
  { odd: [-15, 17, 19, 3], by: 384 },
  { odd: [-945, -1920, 1482, 776, 79], by: 92_160 },
];
/** More steps than a continued fraction or Newton's method takes for any degrees of freedom that a data frame can have. */
const MOST_STEPS = 10_000;
const NEWTON_STEPS = 100;

/** The functions that the quantile needs. */
type Functions = Pick<MathLibrary, 'exp' | 'log' | 'log1p'>;

/**
 * The point that Student's t exceeds with a probability of at most 1/2: -qt(upper, df) of R, within 1e-12 of it. Newton's method on the
 * logarithms of point and probability, from the normal distribution's point: there the tail is a concave, the middle a growing function,
 * so that it converges from there. The probability is an incomplete beta function, by its continued fraction (Abramowitz and
 * Stegun 26.7.1 and 26.5.8).
 */
export function tQuantile(upper: number, df: number, functions: Functions): number {
  if (upper === 0.5) return 0;
  const { exp, log, log1p } = functions;
  const normal = -normalQuantile(upper, log);
  if (df > MOST_DF) return nearNormal(normal, df);
  // Exact: the difference of numbers that are near each other.
  const middle = 1 - 2 * upper;
  const isTail = upper <= 0.25;
  const wanted = log(isTail ? upper : middle);
  const ratio = gammaRatio(df / 2, functions);
  let point = log(normal);
  for (let step = 0; step < NEWTON_STEPS; step += 1) {
    const t = exp(point);
    const share = isTail ? tail(t, df, ratio, functions) : centre(t, df, ratio, functions);
    const density = (ratio / (ROOT_PI * Math.sqrt(df))) * exp(-((df + 1) / 2) * log1p((t * t) / df));
    const slope = (isTail ? -1 : 2) * density * (t / share);
    const move = (wanted - log(share)) / slope;
    point += move;
    if (!(Math.abs(move) > 1e-15 * Math.max(1, Math.abs(point)))) break;
  }
  return exp(point);
}

/** The point by that of the normal distribution, for many degrees of freedom. */
function nearNormal(z: number, df: number): number {
  const term = ({ odd, by }: { odd: number[]; by: number }) => (z * odd.reduceRight((sum, one) => sum * (z * z) + one, 0)) / by;
  return z + NEAR_NORMAL.reduceRight((sum, one) => (sum + term(one)) / df, 0);
}

/** The chance that t is exceeded. */
function tail(t: number, df: number, ratio: number, functions: Functions): number {
  const square = t * t;
  // Where the fraction of the tail would converge slowly, the middle is far from 1.
  if (square < 3) return (1 - centre(t, df, ratio, functions)) / 2;
  return (
    ((power(square, df, functions) * (Math.sqrt(square / (df + square)) * ratio)) / (ROOT_PI * df)) *
    fraction(df / 2, 0.5, df / (df + square))
  );
}

/** The chance of a value between -t and t. */
function centre(t: number, df: number, ratio: number, functions: Functions): number {
  const square = t * t;
  if (square >= 3) return 1 - 2 * tail(t, df, ratio, functions);
  const y = square / (df + square);
  return 2 * power(square, df, functions) * Math.sqrt(y) * (ratio / ROOT_PI) * fraction(0.5, df / 2, y);
}

/** (df / (df + square)) ^ (df / 2). */
function power(square: number, df: number, { exp, log1p }: Functions): number {
  return exp(-(df / 2) * log1p(square / df));
}

/** gamma(z + 1/2) / gamma(z). */
function gammaRatio(z: number, { exp }: Functions): number {
  let [at, factor] = [z, 1];
  for (; at < SERIES_FROM; at += 1) factor *= at / (at + 0.5);
  const square = 1 / (at * at);
  const series = SERIES.reduceRight((sum, coefficient) => sum * square + coefficient, 0) / at;
  return factor * Math.sqrt(at) * exp(series);
}

/** The continued fraction of the incomplete beta function, from the first term on to the last that counts (the modified method of Lentz). */
function fraction(a: number, b: number, x: number): number {
  const least = Number.MIN_VALUE / Number.EPSILON;
  const away = (value: number) => (Math.abs(value) < least ? least : value);
  let over = 1;
  let under = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = under;
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    const twice = 2 * step;
    const even = (step * (b - step) * x) / ((a + twice - 1) * (a + twice));
    under = 1 / away(1 + even * under);
    over = away(1 + even / over);
    value *= under * over;
    const odd = (-(a + step) * (a + b + step) * x) / ((a + twice) * (a + twice + 1));
    under = 1 / away(1 + odd * under);
    over = away(1 + odd / over);
    const change = under * over;
    value *= change;
    if (Math.abs(change - 1) < Number.EPSILON) break;
  }
  return value;
}
