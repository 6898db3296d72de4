import { ModelError } from '../../errors.ts';
import type { IntervalPart } from '../../intervals/section.ts';
import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { AnswerType } from '../../schema/parameter-table.ts';
import { longSum } from '../boosting/long-sum.ts';
import { arrayOf, type Interval, type IntervalKind, type IntervalQuestion } from '../interval.ts';
import { type Cox, centered, placesOf, plain, stratumOf } from './cox.ts';

/**
 * What R has of a coxph beside its linear predictors: the columns' means in training, the covariances of the coefficients, the number of
 * each column's term (from 1), and each stratum's cumulative hazard at the times of events.
 */
type Spread = { means: Float64Array; variance?: Float64Array; assign?: Float64Array; hazards?: Float64Array; terms: string[] };

/** R's terms, expected events and standard errors of a coxph (survival, predict.coxph), to the bit but for the hazards, which are within 1e-12. */
export const INTERVAL_COX: IntervalKind = {
  by: 'cox',
  open: ({ ofBody, body, isMade }, part, label): Interval => {
    const cox = body.data as Cox;
    if (isMade || !body.kind.types.includes('cox'))
      throw new ModelError(`${label}'s section`, 'the hazards of another model', 'those of a coxph');
    const spread = spreadOf(ofBody, cox, part, label);
    const { variance, assign, hazards, terms } = spread;
    const types: AnswerType[] = [...(assign ? (['terms'] as const) : []), ...(hazards ? (['expected'] as const) : [])];
    return {
      ...{ by: 'cox', names: [], hasErrors: variance !== undefined },
      more: { types, takes: variance ? ['seOf'] : [], ...(assign ? { terms } : {}) },
      answer: (question) => answer(ofBody, cox, spread, question),
    };
  },
};

function spreadOf(schema: Schema, cox: Cox, part: IntervalPart, label: string): Spread {
  const width = cox.coefficients.length;
  const terms = part.names ?? [];
  const points = cox.strata * (schema.times?.length ?? 0);
  const lengths = { means: width, variance: width * width, assign: width, hazards: points };
  const read = (name: keyof typeof lengths) => {
    const array = arrayOf(part, name);
    if (array && !(array.length === lengths[name] && array.every(Number.isFinite)))
      throw new ModelError(`${label}'s ${name}`, `${array.length} numbers`, `${lengths[name]} finite ones`);
    return array;
  };
  const [means, variance, assign, hazards] = [read('means'), read('variance'), read('assign'), read('hazards')];
  if (!means) throw new ModelError(`${label}'s means`, 'none', `${width}, one a column`);
  if (assign && !assign.every((term) => Number.isInteger(term) && term >= 1 && term <= terms.length))
    throw new ModelError(`${label}'s terms`, `columns of other terms than ${terms.length}`, 'the number of a term for each column');
  if (hazards && !(hazards.every((hazard) => hazard >= 0) && cox.survival && points > 0))
    throw new ModelError(`${label}'s hazards`, 'hazards below 0, or without curves', 'hazards from 0 on');
  return { means, terms, ...(variance ? { variance } : {}), ...(assign ? { assign } : {}), ...(hazards ? { hazards } : {}) };
}

function answer(schema: Schema, cox: Cox, spread: Spread, { parameters, inputs, predict }: IntervalQuestion): Float64Array {
  const rows = inputs();
  const { type, seOf = 'lp', times } = parameters;
  const width = schema.features.length;
  // A row that the steps or the strata do not know has no linear predictor, and nothing else.
  const known = predict({ type: 'lp' });
  const each = (numbersOf: (at: number, row: number) => ArrayLike<number>, length: number) => {
    const out = new Float64Array(known.length * length).fill(Number.NaN);
    known.forEach((lp, row) => {
      if (Number.isFinite(lp)) out.set(numbersOf(row * width, row), row * length);
    });
    return out;
  };
  if (type === 'terms') return each((at) => termsOf(cox, spread, rows, at), spread.terms.length);
  if (type === 'se') {
    const fits = predict({ type: seOf });
    // R takes a risk's error for that of its logarithm by the root of the risk.
    return each((at, row) => {
      const error = errorOf(cox, spread, rows, at);
      return [fits[row]!, seOf === 'risk' ? error * Math.sqrt(fits[row]!) : error];
    }, 2);
  }
  const { exp } = libraryOf(schema.libm);
  const places = placesOf(schema, times);
  const points = schema.times?.length ?? 0;
  return each((at) => {
    const risk = exp(plain(cox, rows, at) - cox.middle);
    const start = (stratumOf(cox, rows, at) - 1) * points;
    return places.map((place) => (place < 0 ? 0 : spread.hazards![start + place]! * risk));
  }, places.length);
}

/** The sum of each term's columns less their means, times the coefficients. */
function termsOf({ coefficients }: Cox, { means, assign, terms }: Spread, rows: Float64Array, at: number): Float64Array {
  const sums = new Float64Array(terms.length);
  coefficients.forEach((coefficient, column) => {
    const term = assign![column]! - 1;
    sums[term] = sums[term]! + coefficient * (rows[at + column]! - means[column]!);
  });
  return sums;
}

/** The standard error of a linear predictor: the root of x V x, added up as dgemm and rowSums() do. */
function errorOf(cox: Cox, { variance }: Spread, rows: Float64Array, at: number): number {
  const x = centered(cox, rows, at);
  const products = x.map((value, column) => {
    let sum = 0;
    x.forEach((other, row) => {
      sum += variance![column * x.length + row]! * other;
    });
    return sum * value;
  });
  return Math.sqrt(longSum(products));
}
