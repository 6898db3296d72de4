import { ModelError } from '../../errors.ts';
import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { longSum } from '../boosting/long-sum.ts';
import { checkClasses, classesOf, firstNearlyLargest } from '../class-answers.ts';

/**
 * A discriminant analysis. A row less a centre goes through a matrix of `dimensions` columns (`scaling`, by columns). Linear: there is
 * one centre and one matrix, and `places` has each class's mean there, `dimensions` a class. Quadratic (without `places`): each class
 * has its centre and its matrix, one behind the other, and in `ldet` the logarithm of its determinant.
 */
export type Discriminant = {
  dimensions: number;
  prior: Float64Array;
  centers: Float64Array;
  scaling: Float64Array;
  places?: Float64Array;
  ldet?: Float64Array;
};

type Of = (x: number) => number;

/** The classes or their chances, row by row (MASS, predict.lda and predict.qda with the method plug-in). */
export function predictDiscriminant(schema: Schema, model: Discriminant, rows: Float64Array, { type }: Parameters): Float64Array {
  const { exp, log } = libraryOf(schema.libm);
  const width = schema.features.length;
  const classes = model.prior.length;
  const count = rows.length / width;
  const distancesOf = model.places ? linear(model, model.places, log) : quadratic(model, model.ldet!, log);
  const out = new Float64Array(count * classes);
  for (let row = 0; row < count; row += 1) {
    const distances = distancesOf(rows.subarray(row * width, (row + 1) * width));
    const least = distances.reduce((one, other) => (other < one ? other : one));
    let sum = 0;
    for (let at = 0; at < classes; at += 1) {
      distances[at] = exp(-(distances[at]! - least));
      sum += distances[at]!;
    }
    for (let at = 0; at < classes; at += 1) out[row * classes + at] = distances[at]! / sum;
  }
  return type === 'class' ? classesOf(out, classes, firstNearlyLargest) : out;
}

/** A row less the centre at `center`, through the matrix at `start`: a sum for each dimension, in the order of the inputs. */
function projected({ dimensions, centers, scaling }: Discriminant, row: Float64Array, center: number, start: number): Float64Array {
  return Float64Array.from({ length: dimensions }, (_, dimension) => {
    let sum = 0;
    for (let at = 0; at < row.length; at += 1) sum += (row[at]! - centers[center + at]!) * scaling[start + dimension * row.length + at]!;
    return sum;
  });
}

function linear(model: Discriminant, places: Float64Array, log: Of): (row: Float64Array) => Float64Array {
  const { dimensions, prior } = model;
  const starts = prior.map((share, at) => {
    const place = places.subarray(at * dimensions, (at + 1) * dimensions);
    return 0.5 * longSum(place.map((one) => one * one)) - log(share);
  });
  return (row) => {
    const point = projected(model, row, 0, 0);
    return starts.map((start, at) => {
      let sum = 0;
      for (let dimension = 0; dimension < dimensions; dimension += 1) sum += point[dimension]! * places[at * dimensions + dimension]!;
      return start - sum;
    });
  };
}

function quadratic(model: Discriminant, ldet: Float64Array, log: Of): (row: Float64Array) => Float64Array {
  const logs = model.prior.map(log);
  return (row) =>
    logs.map((prior, at) => {
      const point = projected(model, row, at * row.length, at * row.length * model.dimensions);
      return 0.5 * longSum(point.map((one) => one * one)) + 0.5 * ldet[at]! - prior;
    });
}

/** Checks an analysis from a file, so that predictDiscriminant needs no check. Throws a ModelError that names what is wrong. */
export function checkDiscriminant(schema: Schema, model: Discriminant, label: string): void {
  const { dimensions, prior, centers, scaling, places, ldet } = model;
  const fail = (found: string, expected: string) => new ModelError(`${label}'s discriminants`, found, expected);
  const width = schema.features.length;
  const classes = prior.length;
  checkClasses(schema, classes, `${label}'s discriminants`);
  if (!(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= width)) throw fail(`${dimensions} dimensions`, `1 to ${width}`);
  const blocks = places ? 1 : classes;
  if (centers.length !== blocks * width || scaling.length !== blocks * width * dimensions)
    throw fail(`${centers.length} centres and ${scaling.length} cells`, `${blocks * width} and ${blocks * width * dimensions}`);
  if (places ? places.length !== classes * dimensions : ldet?.length !== classes)
    throw fail(`${(places ?? ldet)?.length} numbers of classes`, String(places ? classes * dimensions : classes));
  if (!prior.every((share) => share > 0)) throw fail('a class without prior', 'shares above 0');
  for (const list of [prior, centers, scaling, places ?? [], ldet ?? []])
    if (!list.every(Number.isFinite)) throw fail('a number that is not finite', 'finite ones');
}
