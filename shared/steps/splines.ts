import { ModelError } from '../errors.ts';
import { power } from '../expressions/functions.ts';
import { libraryOf, type MathLibrary } from '../math/library.ts';
import type { Schema } from '../schema/features.ts';
import type { Column, StepKind } from './kind.ts';

/** A polynomial basis beyond the boundary knots: rows of coefficients for 1, x - pivot, (x - pivot)^2 ... */
export type Outside = { pivot: number; rows: number[][] };
/**
 * The B-spline basis of one column, as R's splines has it. `knots` has the boundary knots as often as the order; columns before
 * `first` are left out. A natural spline's basis goes through `reflections` (Householder vectors of its constraints), and loses two
 * columns more.
 */
export type SplineBasis = {
  from: number;
  names: string[];
  order: number;
  knots: number[];
  boundary: [number, number];
  first: number;
  left: Outside;
  right: Outside;
  reflections: number[][];
};
/** Columns that stay, by their places, and the bases behind them. */
export type SplinesStep = { step: 'splines'; of: string; keep: number[]; bases: SplineBasis[] };

type Power = MathLibrary['pow'];

export const MAX_KNOTS = 1000;
const MAX_ORDER = 20;

/** step_ns() and step_bs(): columns become bases of splines. */
export const SPLINES: StepKind<SplinesStep> = {
  step: 'splines',
  check: checkSplines,
  columns: ({ keep, bases }, schema) => [
    ...keep.map((place) => schema.features[place] as Column),
    ...bases.flatMap(({ names }) => names.map((name): Column => ({ name, type: 'number', computed: true }))),
  ],
  compile: ({ keep, bases }, schema) => {
    const from = schema.features.length;
    const { pow } = libraryOf(schema.libm);
    const to = keep.length + bases.reduce((sum, { names }) => sum + names.length, 0);
    return (rows, count) => {
      const out = new Float64Array(count * to);
      for (let row = 0; row < count; row += 1) {
        let at = row * to;
        for (const place of keep) {
          out[at] = rows[row * from + place]!;
          at += 1;
        }
        for (const basis of bases) {
          out.set(valuesOf(basis, rows[row * from + basis.from]!, pow), at);
          at += basis.names.length;
        }
      }
      return out;
    };
  },
  source: ({ keep }, place) => keep[place],
  uses: ({ keep, bases }, place) => {
    if (place < keep.length) return [keep[place]!];
    return [fromsOf(bases)[place - keep.length]!];
  },
};

const FROMS = new WeakMap<readonly SplineBasis[], readonly number[]>();

/** For each column of all bases the place of the one that it is made of. */
function fromsOf(bases: readonly SplineBasis[]): readonly number[] {
  const froms = FROMS.get(bases) ?? bases.flatMap(({ names, from }) => names.map(() => from));
  FROMS.set(bases, froms);
  return froms;
}

/** A basis's values at x, without the columns that are left out; NaN for each where x is missing. */
function valuesOf(basis: SplineBasis, x: number, pow: Power): number[] {
  const { names, knots, order, boundary, first, left, right, reflections } = basis;
  if (Number.isNaN(x)) return names.map(() => Number.NaN);
  const width = knots.length - order;
  const isOutside = x < boundary[0] || x > boundary[1];
  const all = isOutside ? beyond(x < boundary[0] ? left : right, x, width, pow) : splineValues(knots, order, x);
  const values = all.slice(first);
  reflections.forEach((vector, at) => {
    reflect(vector, values, at);
  });
  return values.slice(reflections.length);
}

function beyond({ pivot, rows }: Outside, x: number, width: number, pow: Power): number[] {
  const out = new Array<number>(width).fill(0);
  rows.forEach((row, exponent) => {
    const factor = exponent === 0 ? 1 : power(x - pivot, exponent, pow);
    for (let at = 0; at < width; at += 1) out[at] = out[at]! + factor * row[at]!;
  });
  return out;
}

/** One reflection of LINPACK's dqrqty: its vector begins at the element `from`, which is its pivot. */
function reflect(vector: number[], values: number[], from: number): void {
  let sum = 0;
  for (let at = 0; at < vector.length; at += 1) sum += vector[at]! * values[from + at]!;
  const factor = -sum / vector[0]!;
  for (let at = 0; at < vector.length; at += 1) values[from + at] = values[from + at]! + factor * vector[at]!;
}

/** The interval of knots that x lies in, counted as R's splines does (splines.c, set_cursor). */
export function cursorOf(knots: readonly number[], order: number, x: number): number {
  let cursor = -1;
  for (let at = 0; at < knots.length; at += 1) {
    if (knots[at]! >= x) cursor = at;
    if (knots[at]! > x) break;
  }
  const last = knots.length - order;
  return cursor > last && x === knots[last] ? last : cursor;
}

/** All B-splines of an order at x (splines.c, basis_funcs). */
export function splineValues(knots: readonly number[], order: number, x: number): number[] {
  const cursor = cursorOf(knots, order, x);
  const out = new Array<number>(knots.length - order).fill(0);
  const basis = [1];
  for (let j = 1; j < order; j += 1) {
    let saved = 0;
    for (let r = 0; r < j; r += 1) {
      const [right, left] = [knots[cursor + r]! - x, x - knots[cursor - (j - r)]!];
      const width = right + left;
      if (width !== 0) {
        const term = basis[r]! / width;
        basis[r] = saved + right * term;
        saved = left * term;
      } else {
        if (r !== 0 || right !== 0) basis[r] = saved;
        saved = 0;
      }
    }
    basis[j] = saved;
  }
  basis.forEach((value, at) => {
    const place = cursor - order + at;
    if (place >= 0 && place < out.length) out[place] = value;
  });
  return out;
}

function checkSplines({ keep, bases }: SplinesStep, schema: Schema, label: string): void {
  const isPlace = (place: unknown) => typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < schema.features.length;
  const areNumbers = (list: unknown, least: number, most = MAX_KNOTS): list is number[] =>
    Array.isArray(list) && list.length >= least && list.length <= most && list.every(Number.isFinite);
  const isOutside = (side: Outside | undefined, width: number, order: number) =>
    Number.isFinite(side?.pivot) &&
    Array.isArray(side?.rows) &&
    side.rows.length <= order &&
    side.rows.every((row) => areNumbers(row, width, width));
  const isBasis = (basis: SplineBasis) => {
    const { from, names, order, knots, boundary, first, left, right, reflections } = basis ?? {};
    if (!isPlace(from) || !(Number.isInteger(order) && order >= 1 && order <= MAX_ORDER) || !areNumbers(knots, 2 * order)) return false;
    if (!knots.every((knot, at) => at === 0 || knot >= knots[at - 1]!) || !areNumbers(boundary, 2, 2)) return false;
    if (boundary[0] !== knots[order - 1] || boundary[1] !== knots[knots.length - order]) return false;
    const width = knots.length - order;
    if ((first !== 0 && first !== 1) || !isOutside(left, width, order) || !isOutside(right, width, order)) return false;
    const isReflection = (vector: unknown, at: number) => areNumbers(vector, 1) && vector.length === width - first - at && vector[0] !== 0;
    if (!Array.isArray(reflections) || reflections.length > 2 || !reflections.every(isReflection)) return false;
    return Array.isArray(names) && names.length === width - first - reflections.length && names.every((name) => typeof name === 'string');
  };
  if (Array.isArray(keep) && keep.every(isPlace) && Array.isArray(bases) && bases.every(isBasis)) return;
  throw new ModelError(`${label}'s splines`, 'another form', 'places, and bases with knots, names and their ends');
}
