import { ModelError } from '../../errors.ts';
import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';

/**
 * A proportional hazards model of columns. Behind them the inputs may have the place of the stratum, from 1, and an offset. Each stratum has
 * its centre, by columns; without strata there is one.
 */
export type Cox = {
  coefficients: Float64Array;
  /** The centre of each stratum, one behind the other. */
  centers: Float64Array;
  strata: number;
  hasStratum: boolean;
  hasOffset: boolean;
  /** What a sum of columns is taken off for the curve: the centre of all. */
  middle: number;
  /** The survival of each stratum at the schema's times where the sum is the middle. */
  survival?: Float64Array;
};

/** Linear predictors, their exponents, or curves, row by row (survival, predict.coxph and survfit.coxph). */
export function predictCox(schema: Schema, cox: Cox, rows: Float64Array, { type, reference, times }: Parameters): Float64Array {
  const { exp, pow } = libraryOf(schema.libm);
  const width = schema.features.length;
  const count = rows.length / width;
  if (type !== 'survival') {
    const sums = Float64Array.from({ length: count }, (_, row) => {
      if (noReference(cox, reference) || isNew(cox, rows, row * width)) return Number.NaN;
      return reference === 'zero' ? plain(cox, rows, row * width) : centeredSum(cox, rows, row * width);
    });
    return type === 'risk' ? sums.map((sum) => exp(sum)) : sums;
  }
  const points = schema.times?.length ?? 0;
  const curves = cox.survival as Float64Array;
  const places = placesOf(schema, times);
  const out = new Float64Array(count * places.length);
  for (let row = 0; row < count; row += 1) {
    const risk = exp(plain(cox, rows, row * width) - cox.middle);
    const start = (stratumOf(cox, rows, row * width) - 1) * points;
    places.forEach((place, at) => {
      out[row * places.length + at] = pow(place < 0 ? 1 : (curves[start + place] ?? Number.NaN), risk);
    });
  }
  return out;
}

/** Where on the curves the times lie: at the last event up to each, -1 before the first; all places where no times are asked for. */
export function placesOf({ times: known = [] }: Schema, times: readonly number[] | undefined): number[] {
  if (!times) return known.map((_, place) => place);
  return times.map((time) => {
    let [from, to] = [0, known.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (known[middle]! <= time) from = middle + 1;
      else to = middle;
    }
    return from - 1;
  });
}

/** A row's stratum; one that training did not have is none of them. */
export function stratumOf({ coefficients, hasStratum }: Cox, rows: Float64Array, at: number): number {
  return hasStratum ? rows[at + coefficients.length]! : 1;
}

/** Why a row has no answer: its stratum is none of the training's, or the means of all strata together are asked for. */
export function noAnswerOf(_: Schema, cox: Cox, row: Float64Array, { reference }: Parameters): string | undefined {
  if (noReference(cox, reference))
    return 'reference "sample" takes the means of all strata, which the artifact has not; expected "strata" or "zero"';
  return isNew(cox, row, 0) ? 'its stratum was not in training' : undefined;
}

function noReference({ hasStratum }: Cox, reference: Parameters['reference']): boolean {
  return hasStratum && reference === 'sample';
}

function isNew(cox: Cox, rows: Float64Array, at: number): boolean {
  const stratum = stratumOf(cox, rows, at);
  return !(stratum >= 1 && stratum <= cox.strata);
}

/** The columns less their centre. */
export function centered(cox: Cox, rows: Float64Array, at: number): Float64Array {
  const start = (stratumOf(cox, rows, at) - 1) * cox.coefficients.length;
  return Float64Array.from(cox.coefficients, (_, column) => rows[at + column]! - (cox.centers[start + column] ?? Number.NaN));
}

/** The columns less their centre, times the coefficients, in the order of the columns; then the offset. */
function centeredSum(cox: Cox, rows: Float64Array, at: number): number {
  const { coefficients, centers, hasStratum, hasOffset } = cox;
  const width = coefficients.length;
  const start = (stratumOf(cox, rows, at) - 1) * width;
  let sum = 0;
  for (let column = 0; column < width; column += 1) {
    sum += coefficients[column]! * (rows[at + column]! - (centers[start + column] ?? Number.NaN));
  }
  return hasOffset ? sum + rows[at + width + (hasStratum ? 1 : 0)]! : sum;
}

/** The sum of the columns times the coefficients. */
export function plain({ coefficients }: Cox, rows: Float64Array, at: number): number {
  let sum = 0;
  for (let column = 0; column < coefficients.length; column += 1) sum += coefficients[column]! * rows[at + column]!;
  return sum;
}

/** Checks a model from a file, so that predictCox needs no check. Throws a ModelError that names what is wrong. */
export function checkCox(schema: Schema, cox: Cox, label: string): void {
  const { coefficients, centers, strata, hasStratum, hasOffset, middle, survival } = cox;
  const fail = (found: string, expected: string) => new ModelError(`${label}'s hazards`, found, expected);
  if (schema.kind !== 'regression') throw fail(`the kind ${schema.kind}`, 'regression');
  if (typeof hasStratum !== 'boolean' || typeof hasOffset !== 'boolean') throw fail('another flag', 'true or false');
  if (!(Number.isInteger(strata) && strata >= 1 && (hasStratum || strata === 1))) throw fail(`${strata} strata`, 'a whole number above 0');
  const inputs = coefficients.length + Number(hasStratum) + Number(hasOffset);
  if (inputs !== schema.features.length) throw fail(`${inputs} inputs`, String(schema.features.length));
  if (centers.length !== strata * coefficients.length) throw fail(`${centers.length} centres`, String(strata * coefficients.length));
  const points = schema.times?.length ?? 0;
  if (survival ? survival.length !== strata * points || points === 0 : schema.types?.includes('survival'))
    throw fail(`${survival?.length} points of curves`, String(strata * points));
  if (survival && hasOffset) throw fail('curves with an offset', 'one of them');
  if (![...coefficients, ...centers, ...(survival ?? []), middle].every(Number.isFinite))
    throw fail('a number that is not finite', 'finite ones');
}
