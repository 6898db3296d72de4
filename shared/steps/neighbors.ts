import { ModelError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import type { StepKind } from './kind.ts';
import { longMean } from './long-sum.ts';

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
    const columns = reference.map(
      ({ from, type, values }): Known => ({
        from,
        type,
        values: Float64Array.from(values, (value) => value ?? Number.NaN),
      }),
    );
    const plans = imputed.map(({ column, by, make }) => {
      const target = columns[column] as Known;
      return {
        target,
        make,
        near: distancesTo(
          target,
          by.map((place) => columns[place] as Known),
          eps,
        ),
      };
    });
    return (rows, count) => {
      const out = rows.slice();
      for (let row = 0; row < count; row += 1) {
        for (const { target, make, near } of plans) {
          if (!Number.isNaN(rows[row * width + target.from])) continue;
          const values = nearest(near(rows, row * width), neighbors).map((place) => target.values[place]!);
          out[row * width + target.from] = make === 'mode' ? modeOf(values) : meanOf(values, make === 'round');
        }
      }
      return out;
    };
  },
  // What is not missing goes through.
  source: ({ reference, imputed }, place) => (imputed.some(({ column }) => reference[column]?.from === place) ? undefined : place),
  uses: ({ reference, imputed }, place) => (imputed.some(({ column }) => reference[column]?.from === place) ? undefined : [place]),
};

/** A column of the training rows; `ends` are those of all its values, once somebody asked. */
type Known = { from: number; type: ReferenceColumn['type']; values: Float64Array; ends?: [number, number] };

/** The distance of a row to each training row that has the target's value; NaN to the others, and where nothing can be compared. */
function distancesTo(target: Known, by: Known[], eps: number): (rows: Float64Array, at: number) => Float64Array {
  const isKnown = target.values.map((value) => (Number.isNaN(value) ? 0 : 1));
  const isWhole = isKnown.every((known) => known === 1);
  const endsFor = (column: Known) => {
    if (!isWhole) return endsOf(column.values, isKnown);
    column.ends ??= endsOf(column.values, isKnown);
    return column.ends;
  };
  if (!isKnown.includes(1)) return () => new Float64Array(isKnown.length).fill(Number.NaN);
  // Few rows lack a value, so that the ends are looked for at the first one.
  let found: [number, number][] | undefined;
  return (rows, at) => {
    found ??= by.map(endsFor);
    const ends = found;
    const count = target.values.length;
    const [same, compared] = [new Float64Array(count), new Float64Array(count)];
    // With nothing to compare R imputes nothing.
    const isEmpty = by.every(({ from }) => Number.isNaN(rows[at + from]!));
    by.forEach(({ from, type, values }, column) => {
      const x = rows[at + from]!;
      if (isEmpty || (Number.isNaN(x) && type !== 'blank')) return;
      const [low, high] = ends[column]!;
      const range = Math.max(high, x) - Math.min(low, x);
      const isFlat = type === 'integer' ? range === 0 : range < eps;
      if ((type === 'number' || type === 'integer') && (isFlat || !Number.isFinite(range))) return;
      for (let row = 0; row < count; row += 1) {
        const y = values[row]!;
        if (isKnown[row] !== 1 || Number.isNaN(y) || (type === 'logical' && x === 0 && y === 0)) continue;
        compared[row] = compared[row]! + 1;
        same[row] = same[row]! + likeness(type, x, y, range);
      }
    });
    return same.map((sum, row) => (compared[row]! > 0 ? 1 - sum / compared[row]! : Number.NaN));
  };
}

/** How alike two values are, from 0 to 1. */
function likeness(type: ReferenceColumn['type'], x: number, y: number, range: number): number {
  if (type === 'blank') return y;
  if (type === 'level') return Number(x === y);
  return type === 'logical' ? x * y : 1 - Math.abs(x - y) / range;
}

function endsOf(values: Float64Array, isKnown: ArrayLike<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row]!;
    if (isKnown[row] !== 1 || Number.isNaN(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** The places of the nearest rows, as gower keeps them: of the same distance the later one comes first, but for the last place. */
function nearest(distances: Float64Array, count: number): number[] {
  const found: number[] = [];
  distances.forEach((distance, row) => {
    if (Number.isNaN(distance)) return;
    let at = 0;
    while (at < found.length) {
      const other = distances[found[at]!]!;
      if (distance < other || (distance === other && at < count - 1)) break;
      at += 1;
    }
    if (at >= count) return;
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
