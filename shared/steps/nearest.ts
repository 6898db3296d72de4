import { ModelError } from '../errors.ts';
import type { StepKind } from './kind.ts';
import { longMean } from './long-sum.ts';

/**
 * Missing values of some columns become the means of the training rows that are nearest by the columns that are there, by Euclid's
 * distance. `values` has the training rows, a list for each column.
 */
export type NearestStep = { step: 'nearest'; of: string; neighbors: number; columns: number[]; values: number[][] };

/** Most numbers of the training rows, each of which is looked at for a row with a missing value. */
const MAX_NUMBERS = 4_000_000;
const MAX_NEIGHBORS = 1000;

/** caret's knnImpute. A row without any of the columns stays as it is. */
export const NEAREST: StepKind<NearestStep> = {
  step: 'nearest',
  check: ({ neighbors, columns, values }, schema, label) => {
    const fail = () => new ModelError(`${label}'s nearest rows`, 'another form', 'columns, and a list of training values for each');
    const isPlace = (place: unknown) =>
      typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < schema.features.length;
    if (!Array.isArray(columns) || columns.length === 0 || !columns.every(isPlace)) throw fail();
    if (!Array.isArray(values) || values.length !== columns.length) throw fail();
    const rows = Array.isArray(values[0]) ? values[0].length : 0;
    const areNumbers = (list: unknown) => Array.isArray(list) && list.length === rows && list.every(Number.isFinite);
    if (rows < 1 || rows * columns.length > MAX_NUMBERS || !values.every(areNumbers)) throw fail();
    if (!(Number.isInteger(neighbors) && neighbors >= 1 && neighbors <= Math.min(rows, MAX_NEIGHBORS))) throw fail();
  },
  columns: (_, schema) => schema.features,
  compile: ({ neighbors, columns, values }, schema) => {
    const width = schema.features.length;
    const known = values.map((list) => Float64Array.from(list));
    return (rows, count) => {
      const out = rows.slice();
      for (let row = 0; row < count; row += 1) {
        const own = columns.map((place) => rows[row * width + place]!);
        const there = own.flatMap((value, at) => (Number.isNaN(value) ? [] : [at]));
        if (there.length === 0 || there.length === columns.length) continue;
        const near = nearest(squares(own, there, known), neighbors);
        columns.forEach((place, at) => {
          if (Number.isNaN(own[at])) out[row * width + place] = longMean(near.map((one) => known[at]![one]!));
        });
      }
      return out;
    };
  },
  // What is not missing goes through.
  source: ({ columns }, place) => (columns.includes(place) ? undefined : place),
};

/** The squared distance to each training row, by the columns that are there. */
function squares(own: number[], there: number[], known: Float64Array[]): Float64Array {
  const sums = new Float64Array(known[0]!.length);
  for (const at of there) {
    const values = known[at]!;
    for (let row = 0; row < sums.length; row += 1) sums[row] = sums[row]! + (own[at]! - values[row]!) ** 2;
  }
  return sums;
}

/** The places of the least distances, the nearest first; of equal ones the earlier row. */
function nearest(distances: Float64Array, count: number): number[] {
  const found: number[] = [];
  distances.forEach((distance, row) => {
    if (found.length === count && !(distance < distances[found.at(-1)!]!)) return;
    let at = found.length;
    while (at > 0 && distance < distances[found[at - 1]!]!) at -= 1;
    found.splice(at, 0, row);
    if (found.length > count) found.pop();
  });
  return found;
}
