import { ModelError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import { gowerDistances, type Known } from './gower.ts';
import type { StepKind } from './kind.ts';
import { longMean } from './long-sum.ts';
import { placesIn } from './places.ts';

/**
 * A column of the training rows: its place among the columns that come in, how its values are compared, and the values; null is missing. Of
 * texts gower takes the empty one for the row's, whatever it is: a `blank` column says where the training rows have it (1).
 */
export type ReferenceColumn = { from: number; type: 'number' | 'integer' | 'logical' | 'level' | 'blank'; values: (number | null)[] };
/** A column whose missing values are imputed: its place among the reference columns, those that the distance is of, and what is made. */
export type ImputedColumn = { column: number; by: number[]; make: 'mean' | 'round' | 'mode' };
/** Missing values become the mean, or the commonest level, of the nearest training rows by Gower's distance (recipes and gower). */
export type NeighborsStep = {
  step: 'neighbors';
  of: string;
  neighbors: number;
  eps: number;
  reference: ReferenceColumn[];
  imputed: ImputedColumn[];
};

/** Most numbers of the training rows, each of which is looked at for a row with a missing value. */
const MAX_NUMBERS = 4_000_000;
const MAX_NEIGHBORS = 1000;

/** step_impute_knn(). */
export const NEIGHBORS: StepKind<NeighborsStep> = {
  step: 'neighbors',
  check: checkNeighbors,
  columns: (_, schema) => schema.features,
  compile: ({ neighbors, eps, reference, imputed }, schema) => {
    const width = schema.features.length;
    const columns = reference.map(({ from, type, values }): Known => {
      return { from, type, values: Float64Array.from(values, (value) => value ?? Number.NaN), isWhole: !values.includes(null) };
    });
    const plans = imputed.map(({ column, by, make }) => ({ make, target: columns[column]!, by: by.map((place) => columns[place]!) }));
    const distancesOf = gowerDistances(eps);
    return (rows, count) => {
      const out = rows.slice();
      for (let row = 0; row < count; row += 1) {
        const given = rows.subarray(row * width, (row + 1) * width);
        const missing = plans.filter(({ target }) => Number.isNaN(given[target.from]));
        if (missing.length === 0) continue;
        distancesOf(given, missing).forEach((distances, at) => {
          const { target, make } = missing[at]!;
          const values = nearest(distances, neighbors).map((place) => target.values[place]!);
          out[row * width + target.from] = make === 'mode' ? modeOf(values) : meanOf(values, make === 'round');
        });
      }
      return out;
    };
  },
  // What is not missing goes through.
  source: (step, place) => (imputedPlaces(step).has(place) ? undefined : place),
  uses: (step, place) => (imputedPlaces(step).has(place) ? undefined : [place]),
};

/** The places of the columns whose missing values a step imputes. */
export function imputedPlaces({ imputed, reference }: NeighborsStep): ReadonlySet<number> {
  return placesIn(imputed, ({ column }) => reference[column]!.from);
}

/** The places of the nearest rows, as gower keeps them: of the same distance the later one comes first, but for the last place. */
function nearest(distances: Float64Array, count: number): number[] {
  const found: number[] = [];
  distances.forEach((distance, row) => {
    if (Number.isNaN(distance)) return;
    const last = found.length === count ? distances[found[count - 1]!]! : Number.POSITIVE_INFINITY;
    if (distance > last) return;
    // By halves: each row may be nearer than a thousand before it.
    let [at, end] = [0, found.length];
    while (at < end) {
      const middle = (at + end) >> 1;
      if (distance > distances[found[middle]!]!) at = middle + 1;
      else end = middle;
    }
    if (at === count - 1 && distance === last) return;
    found.splice(at, 0, row);
    if (found.length > count) found.pop();
  });
  return found;
}

/** R's mean(), which adds in more digits than a double's; whole columns are rounded, halves to the even number. */
function meanOf(values: number[], isRounded: boolean): number {
  if (values.length === 0) return Number.NaN;
  const mean = longMean(values);
  if (!isRounded) return mean;
  const floor = Math.floor(mean);
  const rest = mean - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

/** The commonest level; of several the first, where R draws one of them. */
function modeOf(values: number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const modes = [...counts].flatMap(([value, count]) => (count === most ? [value] : []));
  return modes.length === 0 ? Number.NaN : Math.min(...modes);
}

function checkNeighbors({ neighbors, eps, reference, imputed }: NeighborsStep, schema: Schema, label: string): void {
  const fail = () => new ModelError(`${label}'s neighbors`, 'another form', 'columns of the training rows, and what is imputed by them');
  const isWithin = (place: unknown, most: number) => typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < most;
  const rows = Array.isArray(reference) ? (reference[0]?.values?.length ?? 0) : 0;
  const isColumn = (column: ReferenceColumn) =>
    isWithin(column?.from, schema.features.length) &&
    ['number', 'integer', 'logical', 'level', 'blank'].includes(column.type) &&
    Array.isArray(column.values) &&
    column.values.length === rows &&
    column.values.every((value) => value === null || Number.isFinite(value));
  if (rows < 1 || rows * reference.length > MAX_NUMBERS || !reference.every(isColumn)) throw fail();
  const isImputed = ({ column, by, make }: ImputedColumn) =>
    isWithin(column, reference.length) &&
    Array.isArray(by) &&
    by.every((place) => isWithin(place, reference.length)) &&
    new Set(by).size === by.length &&
    ['mean', 'round', 'mode'].includes(make);
  if (!Array.isArray(imputed) || !imputed.every((one) => typeof one === 'object' && one !== null && isImputed(one))) throw fail();
  if (new Set(imputed.map(({ column }) => column)).size < imputed.length) throw fail();
  const isCount = Number.isInteger(neighbors) && neighbors >= 1 && neighbors <= MAX_NEIGHBORS;
  if (!isCount || !(typeof eps === 'number' && eps > 0)) throw fail();
}
