import type { MathLibrary } from '../../math/library.ts';
import type { GamResponse } from './gam.ts';

/** Half of R's log(.Machine$double.eps), below which a mean counts as 1; and half of log(.Machine$double.xmax), beyond which a slope is 0. */
const LOG_LEAST = -36.04365338911715 / 2;
const LOG_MOST = 709.782712893384 / 2;

type Inflated = Extract<GamResponse, { by: 'inflated' }>;

/** The parts of a mean of counts with too many zeros: the Poisson's mean, its mean above 0, the share that is above 0 and its logarithm. */
function partsOf({ line }: Inflated, sums: number[], { exp }: MathLibrary) {
  const [gamma] = sums as [number];
  const slope = line ? line.least + exp(line.log) : 0;
  const eta = line ? line.start + slope * gamma : sums[1]!;
  const rate = exp(eta);
  const share = 1 - exp(-rate);
  const lambda = exp(gamma);
  const mean = gamma < LOG_LEAST ? 1 : lambda / (1 - exp(-lambda));
  return { eta, slope, rate, share, lambda, mean };
}

/** The mean (predict of mgcv's ziP and ziplss). */
export function inflatedMean(response: Inflated, sums: number[], library: MathLibrary): number {
  const { share, mean } = partsOf(response, sums, library);
  return share * mean;
}

/**
 * Its standard error, by the variance of the first predictor and its covariance with the second. R's predict() takes the first
 * predictor's variance for the second's too, and its numbers stand here.
 */
export function inflatedError(
  response: Inflated,
  sums: number[],
  variance: number,
  covariance: () => number,
  library: MathLibrary,
): number {
  const { exp } = library;
  const { eta, slope, rate, share, lambda, mean } = partsOf(response, sums, library);
  const ofMean = (lambda + 1) * mean - mean * mean;
  if (response.line) {
    const ofShare = exp(-rate) * rate * slope;
    return Math.abs(ofShare * mean + ofMean * share) * Math.sqrt(variance);
  }
  const bySecond = (eta < LOG_MOST ? exp(-rate) * rate : 0) * mean;
  const byFirst = ofMean * share;
  return Math.sqrt(byFirst * byFirst * variance + bySecond * bySecond * variance + 2 * bySecond * byFirst * covariance());
}
