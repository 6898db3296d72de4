import { ModelError } from '../../errors.ts';
import { tQuantile } from '../../intervals/t-quantile.ts';
import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { AnswerType, ParameterName } from '../../schema/parameter-table.ts';
import { arrayOf, type Interval, type IntervalKind, type IntervalQuestion } from '../interval.ts';
import { type Distribution, quantilesOf, type Survreg } from './survreg.ts';

/** What R has of a survreg beside its times: the covariances of the coefficients, and of Student's t the scale and the degrees of freedom. */
type Spread = { variance?: Float64Array; errors?: Distribution };

/** R's standard errors of a survreg, quantiles of Student's t, and those before they are made times (survival, predict.survreg). */
export const INTERVAL_SURVREG: IntervalKind = {
  by: 'survreg',
  open: ({ ofBody, body, isMade }, part, label): Interval => {
    const survreg = body.data as Survreg;
    const fail = (found: string, expected: string) => new ModelError(`${label}'s section`, found, expected);
    if (isMade || !body.kind.types.includes('survreg')) throw fail('the errors of another model', 'those of a survreg');
    const width = survreg.coefficients.length;
    const variance = arrayOf(part, 'variance');
    if (variance && !(variance.length === width * width && variance.every(Number.isFinite)))
      throw fail(`${variance.length} covariances`, `${width * width} finite ones`);
    const { scale, df } = part.scalars;
    const hasT = scale !== undefined || df !== undefined;
    if (hasT && !(survreg.spread === undefined && scale! > 0 && df! > 0))
      throw fail(`the scale ${scale} and ${df} degrees of freedom`, 'numbers above 0, of a model without quantiles');
    const errors = hasT ? studentsT(ofBody, scale!, df!) : survreg.spread && quantilesOf(ofBody, survreg.spread);
    const types: AnswerType[] = errors ? [...(hasT ? (['quantiles'] as const) : []), 'uquantiles'] : [];
    const takes: ParameterName[] = [...(hasT ? (['quantiles'] as const) : []), ...(variance ? (['seOf'] as const) : [])];
    const spread = { ...(variance ? { variance } : {}), ...(errors ? { errors } : {}) };
    return {
      ...{ by: 'survreg', names: [], hasErrors: variance !== undefined, more: { types, takes } },
      answer: (question) => answer(ofBody, survreg, spread, question),
    };
  },
};

/** The quantiles of Student's t, within 1e-12 of R's. */
function studentsT(schema: Schema, scale: number, df: number): Distribution {
  const library = libraryOf(schema.libm);
  return (p) => {
    if (!(p > 0 && p < 1)) return Number.NaN;
    return (p < 0.5 ? -tQuantile(p, df, library) : tQuantile(1 - p, df, library)) * scale;
  };
}

function answer(
  schema: Schema,
  { coefficients, isLog }: Survreg,
  { variance, errors }: Spread,
  { parameters, inputs, predict }: IntervalQuestion,
): Float64Array {
  const { type, quantiles = [], seOf = 'response' } = parameters;
  const sums = predict({ type: 'lp' });
  if (type !== 'se') {
    const shifts = quantiles.map((p) => errors!(p));
    const { exp } = libraryOf(schema.libm);
    const isTime = type === 'quantiles' && isLog;
    return Float64Array.from(Array.from(sums).flatMap((sum) => shifts.map((shift) => (isTime ? exp(sum + shift) : sum + shift))));
  }
  const rows = inputs();
  const width = coefficients.length;
  const fits = predict({ type: seOf });
  const out = new Float64Array(2 * fits.length);
  fits.forEach((fit, row) => {
    const error = errorOf(variance!, rows.subarray(row * width, (row + 1) * width));
    // R divides by the slope of the logarithm.
    out.set([fit, seOf === 'response' && isLog ? error / (1 / fit) : error], 2 * row);
  });
  return out;
}

/** The root of x V x, added up as dgemm does. */
function errorOf(variance: Float64Array, x: Float64Array): number {
  let total = 0;
  x.forEach((value, column) => {
    let sum = 0;
    x.forEach((other, row) => {
      sum += variance[column * x.length + row]! * other;
    });
    total += sum * value;
  });
  return Math.sqrt(total);
}
