import { longSum } from '../../../shared/bodies/boosting/long-sum.ts';
import type { IntervalPart } from '../../../shared/intervals/section.ts';
import { attributesOf, classOf, element, type RValue, textOf } from '../../rds/values.ts';
import { inverseOf } from './triangle.ts';

/** Most columns of a fit whose intervals are kept: a triangle of so many has 1 MB. */
export const MOST_COLUMNS = 500;
/** Families whose dispersion summary.glm takes as 1. */
const FIXED = ['poisson', 'binomial'];

/**
 * What an lm or a glm has for intervals and standard errors (predict.lm, predict.glm and summary.glm of stats): the variance of the
 * residuals, their degrees of freedom, and the inverse of R of the QR. None where the file lacks a part, or R itself has no number.
 */
export function readSpread(value: RValue, rank: number, label: string): readonly IntervalPart[] {
  const isGlm = classOf(value).includes('glm');
  const [df] = doubles(element(value, 'df.residual')) ?? [];
  const variance = isGlm ? dispersionOf(value, df, label) : residualVariance(value, df);
  const triangle = rank <= MOST_COLUMNS ? triangleOf(value, rank) : undefined;
  if (df === undefined || !(df > 0) || variance === undefined || !(variance >= 0) || !Number.isFinite(variance) || !triangle) return [];
  // A glm is fitted with columns so near to others that qr.solve() takes R as singular: then R's predict() fails.
  const inverse = inverseOf(triangle);
  if (!inverse) return [];
  return [{ by: 'linear', scalars: { variance, df, intervals: isGlm ? 0 : 1 }, arrays: [['inverse', inverse]] }];
}

/** The numbers of a value; undefined where it has none. R's integer NA makes no sense here. */
function doubles(value: RValue | undefined): Float64Array | undefined {
  return value?.type === 'double' || value?.type === 'integer' ? Float64Array.from(value.values) : undefined;
}

/** The sum of the squares of an lm's residuals by their degrees of freedom. */
function residualVariance(value: RValue, df: number | undefined): number | undefined {
  const [residuals, weights] = [doubles(element(value, 'residuals')), doubles(element(value, 'weights'))];
  if (!residuals || df === undefined || (weights && weights.length !== residuals.length)) return undefined;
  return longSum(residuals.map((residual, at) => residual * residual * (weights?.[at] ?? 1))) / df;
}

/** A glm's dispersion, as predict() takes it: the square of its root. */
function dispersionOf(value: RValue, df: number | undefined, label: string): number | undefined {
  const family = element(value, 'family');
  const name = family && element(family, 'family');
  if (name?.type !== 'character' || df === undefined) return undefined;
  // A family of R 4.3 or newer has a number where its dispersion is fixed.
  const [fixed = Number.NaN] = doubles(family && element(family, 'dispersion')) ?? [];
  if (!Number.isNaN(fixed)) return Math.sqrt(fixed) * Math.sqrt(fixed);
  if (FIXED.includes(textOf(name, `${label}'s family`)) || classOf(value).includes('negbin')) return 1;
  const [residuals, weights] = [doubles(element(value, 'residuals')), doubles(element(value, 'weights'))];
  if (!residuals || weights?.length !== residuals.length) return undefined;
  const terms = residuals.map((residual, at) => weights[at]! * (residual * residual)).filter((_, at) => weights[at]! > 0);
  const scale = Math.sqrt(longSum(terms) / df);
  return scale * scale;
}

/** R of the QR decomposition, column after column, up to the diagonal. */
function triangleOf(value: RValue, rank: number): Float64Array[] | undefined {
  if (rank === 0) return [];
  const qr = element(value, 'qr');
  const matrix = qr && element(qr, 'qr');
  const numbers = doubles(matrix);
  const [rows = 0, columns = 0] = (matrix && doubles(attributesOf(matrix).get('dim'))) ?? [];
  if (!numbers || rows < rank || columns < rank || rows * columns !== numbers.length) return undefined;
  return Array.from({ length: rank }, (_, column) => numbers.slice(column * rows, column * rows + column + 1));
}
