import { linksOf, powerLink } from '../../expressions/links.ts';
import { libraryOf, type MathLibrary } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import { longSum } from '../boosting/long-sum.ts';
import { inverseOfEach } from './each.ts';
import type { Gam, GamResponse } from './gam.ts';
import { inflatedError, inflatedMean } from './inflated.ts';
import { slopeOf } from './slopes.ts';

/** The response to a row's linear predictors: a number, or the share of each category. */
export function responseOf(schema: Schema, { response }: Gam): (sums: number[]) => number[] {
  const library = libraryOf(schema.libm);
  switch (response.by) {
    case 'link': {
      const inverse = inverseOf(response, library);
      return ([sum]) => [inverse(sum!)];
    }
    case 'each': {
      const inverses = response.links.map((link) => inverseOfEach(link, library).value);
      return (sums) => sums.map((sum, at) => inverses[at]!(sum));
    }
    case 'inflated':
      return (sums) => [inflatedMean(response, sums, library)];
    case 'ordered':
      return orderedResponse(response.theta, library.exp);
    case 'multinomial':
      return (sums) => shares(sums, library.exp);
  }
}

function inverseOf({ link, lambda }: Extract<GamResponse, { by: 'link' }>, library: MathLibrary): (sum: number) => number {
  return link === 'power' ? powerLink(lambda!, library) : linksOf(library)[link]!;
}

/** exp() of each predictor, and 1 for the first category, as shares of their sum. */
function shares(sums: number[], exp: MathLibrary['exp']): number[] {
  const weights = Float64Array.from([1, ...sums.map((sum) => exp(sum))]);
  const total = longSum(weights);
  return Array.from(weights, (weight) => weight / total);
}

function orderedResponse(theta: number[], exp: MathLibrary['exp']): (sums: number[]) => number[] {
  const thresholds = thresholdsOf(theta, exp);
  return ([sum]) => orderedShares(thresholds, sum!, exp).shares;
}

/** The thresholds of mgcv's ocat (getTheta(TRUE)), by R's cumsum(), which adds in long doubles. */
function thresholdsOf(theta: number[], exp: MathLibrary['exp']): number[] {
  const gaps = Float64Array.from(theta, (one) => exp(one));
  return [-1, ...theta.map((_, at) => -1 + longSum(gaps.subarray(0, at + 1)))];
}

/** The share of each category of mgcv's ocat, and its slope. */
function orderedShares(thresholds: number[], sum: number, exp: MathLibrary['exp']): { shares: number[]; slopes: number[] } {
  const below = thresholds.map((threshold) => {
    const x = threshold - sum;
    if (x > 0) return 1 / (1 + exp(-x));
    const odds = exp(x);
    return odds / (1 + odds);
  });
  const gaps = (values: number[]) => values.slice(1).map((value, at) => value - values[at]!);
  return { shares: gaps([0, ...below, 1]), slopes: gaps([0, ...below.map((share) => share * (share - 1)), 0]) };
}

/** The standard errors of a row's response, by the slope of the response (predict.gam, se.fit = TRUE). `columns` are those of all terms. */
export function standardErrors(schema: Schema, gam: Gam, columns: Float64Array, sums: number[]): number[] {
  const { response, covariance, predictors } = gam;
  const library = libraryOf(schema.libm);
  const variance = (from: number[], to: number[]) => Math.max(0, quadratic(covariance, columns, from, to));
  if (response.by === 'multinomial') return shareErrors(shares(sums, library.exp), sums, predictors, variance, library.exp);
  const errorOf = (places: number[]) => Math.sqrt(variance(places, places));
  if (response.by === 'each') {
    const slopes = response.links.map((link) => inverseOfEach(link, library).slope);
    return predictors.map((places, at) => errorOf(places) * Math.abs(slopes[at]!(sums[at]!)));
  }
  const [first, second] = predictors;
  if (response.by === 'inflated')
    return [inflatedError(response, sums, variance(first!, first!), () => variance(first!, second!), library)];
  const error = errorOf(first!);
  if (response.by === 'link') return [error * Math.abs(slopeOf(response, library)(sums[0]!))];
  const thresholds = thresholdsOf(response.theta, library.exp);
  return orderedShares(thresholds, sums[0]!, library.exp).slopes.map((slope) => error * Math.abs(slope));
}

/** The standard errors of a row's linear predictors. */
export function linkErrors({ covariance, predictors }: Gam, columns: Float64Array): number[] {
  return predictors.map((places) => Math.sqrt(Math.max(0, quadratic(covariance, columns, places, places))));
}

/** x'Vy of the columns of two linear predictors: rowSums((X %*% V) * Y) of R, which adds up in long doubles. */
function quadratic(covariance: Float64Array, columns: Float64Array, from: number[], to: number[]): number {
  const size = columns.length;
  const parts = to.flatMap((column) => {
    if (columns[column] === 0) return [];
    let sum = 0;
    for (const row of from) sum += columns[row]! * covariance[column * size + row]!;
    return [sum * columns[column]!];
  });
  return longSum(Float64Array.from(parts));
}

type Variance = (from: number[], to: number[]) => number;

/**
 * The errors of shares by their slopes in each predictor (multinom's predict of mgcv's gamlss.r, whose first category divides by the sum).
 * Of K predictors R keeps but the covariances of the last one with the others, and takes that with predictor K - p as the one of the p-th
 * pair, in the order 1 and 2, 1 and 3 ...; of further pairs it has 0. With one predictor or two that is right. Its numbers stand here.
 */
function shareErrors(all: number[], sums: number[], predictors: number[][], variance: Variance, exp: MathLibrary['exp']): number[] {
  const total = longSum(Float64Array.from([1, ...sums.map((sum) => exp(sum))]));
  const variances = predictors.map((places) => variance(places, places));
  const last = predictors.length - 1;
  const kept = predictors.slice(0, last).map((_, pair) => variance(predictors[last - 1 - pair]!, predictors[last]!));
  return all.map((share, category) => {
    const slopes = all.slice(1).map((other, at) => {
      if (category === 0) return -other / total;
      return at === category - 1 ? share * (1 - share) : -share * other;
    });
    let sum = longSum(Float64Array.from(slopes, (slope, at) => slope * slope * variances[at]!));
    let pair = 0;
    for (let i = 0; i < last; i += 1) {
      for (let k = i + 1; k <= last; k += 1) {
        sum += 2 * slopes[i]! * slopes[k]! * (kept[pair] ?? 0);
        pair += 1;
      }
    }
    return Math.sqrt(Math.max(0, sum));
  });
}
