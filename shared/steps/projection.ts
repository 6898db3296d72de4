import { ModelError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import type { Column, StepKind } from './kind.ts';

/** A matrix by its rows. */
export type Matrix = number[][];
/**
 * Columns that stay, and behind them the products of other columns (less their centre, divided by their scale) with one matrix after
 * the other. Of the last product's columns as many are kept as there are names.
 */
export type ProjectionStep = {
  step: 'projection';
  of: string;
  keep: number[];
  from: number[];
  center?: number[];
  scale?: number[];
  matrices: Matrix[];
  /** What the last product's columns are multiplied with. */
  factors?: number[];
  names: string[];
};

const MAX_SIDE = 10_000;

/** Principal and independent components. */
export const PROJECTION: StepKind<ProjectionStep> = {
  step: 'projection',
  check: checkProjection,
  columns: ({ keep, names }, schema) => [
    ...keep.map((place) => schema.features[place] as Column),
    ...names.map((name): Column => ({ name, type: 'number', computed: true })),
  ],
  compile: ({ keep, from, center, scale, matrices, factors, names }, schema) => {
    const [width, to] = [schema.features.length, keep.length + names.length];
    return (rows, count) => {
      const out = new Float64Array(count * to);
      for (let row = 0; row < count; row += 1) {
        keep.forEach((place, at) => {
          out[row * to + at] = rows[row * width + place]!;
        });
        let values: ArrayLike<number> = from.map((place, at) => {
          const centered = rows[row * width + place]! - (center ? center[at]! : 0);
          return scale ? centered / scale[at]! : centered;
        });
        for (const matrix of matrices) values = times(values, matrix);
        for (let at = 0; at < names.length; at += 1) out[row * to + keep.length + at] = values[at]! * (factors ? factors[at]! : 1);
      }
      return out;
    };
  },
  source: ({ keep }, place) => keep[place],
  uses: ({ keep, from }, place) => (place < keep.length ? [keep[place]!] : from),
};

/** A row's product with a matrix, added up as the reference BLAS does (dgemm). */
export function times(values: ArrayLike<number>, matrix: Matrix): Float64Array {
  const out = new Float64Array(matrix[0]?.length ?? 0);
  matrix.forEach((row, at) => {
    for (let column = 0; column < out.length; column += 1) out[column] = out[column]! + values[at]! * row[column]!;
  });
  return out;
}

function checkProjection({ keep, from, center, scale, matrices, factors, names }: ProjectionStep, schema: Schema, label: string): void {
  const isPlace = (place: unknown) => typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < schema.features.length;
  const areNumbers = (list: unknown, length: number) => Array.isArray(list) && list.length === length && list.every(Number.isFinite);
  const arePlaces = Array.isArray(keep) && keep.every(isPlace) && Array.isArray(from) && from.every(isPlace);
  const fail = () => new ModelError(`${label}'s projection`, 'another form', 'places, numbers, and matrices that fit one another');
  if (!arePlaces || from.length === 0 || from.length > MAX_SIDE || !Array.isArray(matrices) || matrices.length === 0) throw fail();
  if ((center && !areNumbers(center, from.length)) || (scale && !areNumbers(scale, from.length))) throw fail();
  let side = from.length;
  for (const matrix of matrices) {
    const next = Array.isArray(matrix) && Array.isArray(matrix[0]) ? matrix[0].length : -1;
    if (next < 1 || next > MAX_SIDE || matrix.length !== side || !matrix.every((row) => areNumbers(row, next))) throw fail();
    side = next;
  }
  if (factors && !areNumbers(factors, side)) throw fail();
  const areNames = Array.isArray(names) && names.length >= 1 && names.length <= side && names.every((name) => typeof name === 'string');
  if (!areNames) throw fail();
}
