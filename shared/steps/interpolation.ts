import { ModelError } from '../errors.ts';
import type { Column, StepKind } from './kind.ts';
import { placesIn } from './places.ts';

/** A column whose values become those between points, on straight lines; beyond the points there is no value. */
export type Interpolated = { column: number; x: number[]; y: number[]; divisor: number };
/** Values by their place among points (step_percentile). */
export type InterpolationStep = { step: 'interpolation'; of: string; columns: Interpolated[] };

const MAX_POINTS = 100_000;

/** step_percentile(). */
export const INTERPOLATION: StepKind<InterpolationStep> = {
  step: 'interpolation',
  check: ({ columns }, schema, label) => {
    const isAscending = (x: number[]) => x.every((value, at) => Number.isFinite(value) && (at === 0 || value > x[at - 1]!));
    const isOne = ({ column, x, y, divisor }: Interpolated) => {
      const isPlace = Number.isInteger(column) && column >= 0 && column < schema.features.length;
      const arePoints = Array.isArray(x) && Array.isArray(y) && x.length >= 1 && x.length <= MAX_POINTS && x.length === y.length;
      return isPlace && arePoints && isAscending(x) && y.every(Number.isFinite) && Number.isFinite(divisor) && divisor !== 0;
    };
    const isWhole = Array.isArray(columns) && columns.every((one) => typeof one === 'object' && one !== null && isOne(one));
    if (!isWhole) throw new ModelError(`${label}'s interpolation`, 'another form', 'columns with ascending points');
  },
  columns: ({ columns }, schema) => {
    const made = new Set(columns.map(({ column }) => column));
    return schema.features.map((feature, at): Column => (made.has(at) ? { name: feature.name, type: 'number', computed: true } : feature));
  },
  compile: ({ columns }, schema) => {
    const width = schema.features.length;
    return (rows, count) => {
      const out = rows.slice();
      for (const one of columns) {
        for (let at = one.column; at < count * width; at += width) out[at] = between(one, rows[at]!) / one.divisor;
      }
      return out;
    };
  },
  source: ({ columns }, place) => (placesIn(columns, ({ column }) => column).has(place) ? undefined : place),
  uses: (_, place) => [place],
};

/** R's approx() (approx.c, approx1). */
function between({ x, y }: Interpolated, value: number): number {
  let [low, high] = [0, x.length - 1];
  if (!(value >= x[low]! && value <= x[high]!)) return Number.NaN;
  while (low < high - 1) {
    const middle = (low + high) >> 1;
    if (value < x[middle]!) high = middle;
    else low = middle;
  }
  if (value === x[high]) return y[high]!;
  if (value === x[low]) return y[low]!;
  return y[low]! + (y[high]! - y[low]!) * ((value - x[low]!) / (x[high]! - x[low]!));
}
