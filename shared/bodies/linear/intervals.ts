import { ModelError } from '../../errors.ts';
import { compile, type Evaluate } from '../../expressions/expressions.ts';
import { tQuantile } from '../../intervals/t-quantile.ts';
import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { ParameterName } from '../../schema/parameter-table.ts';
import { DEFAULT_LEVEL, type IntervalName } from '../../schema/spread/interval.ts';
import { slopeOf } from '../gam/slopes.ts';
import { arrayOf, type Interval, type IntervalKind, type IntervalQuestion } from '../interval.ts';
import { type Linear, predictLinear } from './predict.ts';

/** What R has of a fit beside its coefficients: the residuals' variance, their degrees of freedom, and the inverse of R of its QR. */
type Spread = { variance: number; df: number; inverse: Float64Array };

/** R's intervals and standard errors of lm, and standard errors of glm (predict.lm and predict.glm of stats), to the bit but for the quantile of t. */
export const INTERVAL_LINEAR: IntervalKind = {
  by: 'linear',
  open: ({ schema, ofBody, body, isMade }, part, label): Interval => {
    const fail = (found: string, expected: string) => new ModelError(`${label}'s intervals`, found, expected);
    const linear = body.data as Linear;
    if (isMade || !body.kind.types.includes('linear')) throw fail('R-like intervals of another model', 'those of a linear model');
    const { variance, intervals, normal } = part.scalars;
    // MASS's rlm takes the normal distribution.
    const df = normal === 1 ? Number.POSITIVE_INFINITY : part.scalars.df;
    const inverse = arrayOf(part, 'inverse');
    const size = linear.coefficients.length;
    if (!(variance! >= 0)) throw fail(`the variance ${variance}`, 'a number from 0 on');
    if (!(df! > 0)) throw fail(`${df} degrees of freedom`, 'more than 0');
    if (inverse?.length !== (size * (size + 1)) / 2 || !inverse.every(Number.isFinite))
      throw fail(`${inverse?.length ?? 'no'} numbers`, `${(size * (size + 1)) / 2}, those of a triangle of ${size} columns`);
    const hasIntervals = intervals === 1 && linear.link === 'identity';
    const names: IntervalName[] = hasIntervals ? ['confidence', 'prediction'] : [];
    const spread = { variance: variance!, df: df!, inverse };
    const takes: ParameterName[] = schema.types?.includes('link') ? ['seOf'] : [];
    return {
      by: 'linear',
      names,
      hasErrors: true,
      more: { types: [], takes },
      answer: (question) => answer(ofBody, linear, spread, question),
    };
  },
};

function answer(schema: Schema, linear: Linear, { variance, df, inverse }: Spread, question: IntervalQuestion): Float64Array {
  const { parameters, predict } = question;
  const inputs = question.inputs();
  const { interval, level = DEFAULT_LEVEL, seOf, ...rest } = parameters;
  const library = libraryOf(schema.libm);
  const predicted = predict({ ...rest, type: 'response' });
  const leverages = variancesOf(schema, linear, inverse, variance, inputs);
  if (interval) {
    const quantile = tQuantile((1 - level) / 2, df, library);
    const out = new Float64Array(4 * predicted.length);
    predicted.forEach((fit, row) => {
      const width = quantile * Math.sqrt(interval === 'prediction' ? leverages[row]! + variance : leverages[row]!);
      out.set([fit, fit - width, fit + width, level], 4 * row);
    });
    return out;
  }
  const sums = predictLinear(schema, linear, inputs, { type: 'link' });
  const isLink = seOf === 'link';
  const isPlain = isLink || linear.link === 'identity';
  const slope = slopeOf({ by: 'link', link: linear.link, ...(linear.lambda === undefined ? {} : { lambda: linear.lambda }) }, library);
  const out = new Float64Array(2 * predicted.length);
  predicted.forEach((fit, row) => {
    const error = Math.sqrt(leverages[row]!);
    out.set([isLink ? sums[row]! : fit, isPlain ? error : error * Math.abs(slope(sums[row]!))], 2 * row);
  });
  return out;
}

const COMPILED = new WeakMap<Linear, Evaluate[][]>();

/**
 * The variance of each row's sum: its columns times the inverse of R, squared, times the residuals' variance. All in the order in
 * which the reference BLAS adds (dgemm, then dgemv).
 */
function variancesOf(schema: Schema, linear: Linear, inverse: Float64Array, variance: number, rows: Float64Array): Float64Array {
  const columns = COMPILED.get(linear) ?? linear.columns.map((factors) => factors.map((factor) => compile(factor, schema)));
  COMPILED.set(linear, columns);
  const width = schema.features.length;
  const values = new Float64Array(columns.length);
  return Float64Array.from({ length: rows.length / width }, (_, row) => {
    columns.forEach((factors, column) => {
      let value = 1;
      for (const factor of factors) value *= factor(rows, row * width);
      values[column] = value;
    });
    let total = 0;
    for (let column = 0, at = 0; column < values.length; column += 1) {
      let sum = 0;
      for (let above = 0; above <= column; above += 1, at += 1) sum += inverse[at]! * values[above]!;
      total += variance * (sum * sum);
    }
    return total;
  });
}
