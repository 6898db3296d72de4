import { ModelError } from '../../../shared/errors.ts';
import type { IntervalPart } from '../../../shared/intervals/section.ts';
import { element, numbersOf, type RValue } from '../../rds/values.ts';
import { type LinearModel, readLinear } from '../linear/linear.ts';
import { MOST_COLUMNS } from '../linear/spread.ts';
import { inverseOf, triangleOfColumns } from '../linear/triangle.ts';

/** How little of a column may be left beside the columns before it. R's qr() calls a column dependent below 1e-7. */
const LEAST_LEFT = 1e-6;

/** Most products that comparing each column with those before it takes: some two seconds. */
const MOST_PRODUCTS = 2 ** 32;

/**
 * Turns what MASS's rlm() returned into a sum of columns. predict.rlm decomposes the weighted matrix anew and takes its pivots, so the fit
 * is served where that leaves the columns in their order (MASS, R/rlm.R; stats, lm.R). Throws a ModelError that names what is wrong.
 */
export function readRlm(value: RValue, label: string): LinearModel {
  if (!element(value, 'terms')) throw new ModelError(label, 'an rlm of a matrix, for which R has no predict()', 'an rlm of a formula');
  if (!element(value, 'x'))
    throw new ModelError(`${label}'s x`, 'nothing', "the matrix that R's predict() asks for: fit with x.ret = TRUE");
  const made = readLinear(value, label);
  const { coefficients } = made.linear;
  const pivots = Array.from(numbersOf(element(element(value, 'qr') as RValue, 'pivot'), `${label}'s pivots`));
  const isWhole = pivots.length === coefficients.length && pivots.every((pivot, at) => pivot === at + 1);
  const triangle = isWhole ? triangleOf(value, coefficients.length, label) : undefined;
  if (!triangle) {
    throw new ModelError(
      label,
      'weights that leave a column without a coefficient of its own',
      'columns that do not depend on one another',
    );
  }
  // What rlm() decomposed are the rows times the roots of their weights of the last iteration; the matrix itself is in the file.
  const { means: _, ...bare } = made;
  const rest = { ...bare, intervalParts: rlmSpread(value, triangle) };
  return made.linear.offsets.length > 0 ? rest : { ...rest, means: summandMeans(value, coefficients, label) };
}

/**
 * What predict.rlm has for intervals: the square of the scale as the variance of the residuals, the normal distribution, and the inverse of
 * R of the QR of the rows times the roots of their weights. None where R itself has no number.
 */
function rlmSpread(value: RValue, triangle: readonly Float64Array[]): readonly IntervalPart[] {
  const scale = element(value, 's');
  const variance = scale?.type === 'double' ? scale.values[0]! ** 2 : Number.NaN;
  const inverse = triangle.length > 0 && triangle.length <= MOST_COLUMNS ? inverseOf(triangle) : undefined;
  if (!Number.isFinite(variance) || !inverse) return [];
  return [{ by: 'linear', scalars: { variance, normal: 1, intervals: 1 }, arrays: [['inverse', inverse]] }];
}

/** The columns of the matrix, its rows times the roots of their weights. */
function weightedColumns(value: RValue, width: number, label: string): Float64Array[] {
  const cells = numbersOf(element(value, 'x'), `${label}'s x`);
  const weights = numbersOf(element(value, 'weights'), `${label}'s weights`);
  const rows = weights.length;
  if (cells.length !== rows * width) throw new ModelError(`${label}'s x`, `${cells.length} cells`, `${rows * width}`);
  if (cells.length * width > MOST_PRODUCTS) throw new ModelError(`${label}'s x`, `${rows} rows of ${width} columns`, 'fewer columns');
  return Array.from({ length: width }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => Math.sqrt(weights[row]!) * cells[column * rows + row]!),
  );
}

/** The mean over the training rows of each column times its coefficient. */
function summandMeans(value: RValue, coefficients: ArrayLike<number>, label: string): Float64Array {
  const cells = numbersOf(element(value, 'x'), `${label}'s x`);
  const rows = cells.length / coefficients.length;
  return Float64Array.from(coefficients, (coefficient, column) => {
    let sum = 0;
    for (let row = 0; row < rows; row += 1) sum += cells[column * rows + row]!;
    return (coefficient * sum) / rows;
  });
}

/**
 * R of the QR of the rows times the roots of their weights, empty where nobody asks for it; undefined where a column depends nearly on those
 * before it.
 */
function triangleOf(value: RValue, width: number, label: string): Float64Array[] | undefined {
  const weights = numbersOf(element(value, 'weights'), `${label}'s weights`);
  // rlm() itself refuses a matrix that depends without weights.
  const isEven = weights.every((weight) => weight === weights[0]);
  if (isEven && width > MOST_COLUMNS) return [];
  const columns = weightedColumns(value, width, label);
  if (weights.length < width) return isEven ? [] : undefined;
  const whole = columns.map(lengthOf);
  const triangle = triangleOfColumns(columns);
  // What is on the diagonal is what the columns before leave of a column.
  const isLeft = triangle.every((column, at) => Math.abs(column[at]!) > LEAST_LEFT * whole[at]!);
  return isEven || isLeft ? triangle : undefined;
}

function lengthOf(column: Float64Array): number {
  return Math.sqrt(column.reduce((sum, cell) => sum + cell * cell, 0));
}
