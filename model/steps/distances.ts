import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import { DISTANCES, SPATIAL_SIGN } from '../../shared/steps/distances.ts';
import { element, listOf, type RValue, textOf, textsOf } from '../rds/values.ts';
import { type FrameColumn, MOST_OF_DISTANCES } from './frame.ts';
import { matrixOf } from './projections.ts';
import { flag, member, namedNumbers, namesOf, number, type StepContext, type StepReader, texts } from './step-values.ts';

/** The radius of the earth that recipes has, in metres. */
const EARTH = 6_371_000;
/** Most columns of a covariance. */
const MAX_SIDE = 1000;
/** How many distances all steps may have, in an error. */
const LIMITS = `at most ${MOST_OF_DISTANCES.numbers} of classes x columns^2 in all of these steps, and of matrices x columns^3 ${MOST_OF_DISTANCES.products}`;

/** step_spatialsign(), step_classdist() and step_geodist(). */
export const DISTANCE_STEPS: StepReader = {
  steps: ['step_spatialsign', 'step_classdist', 'step_geodist'],
  read: (step, context) => {
    if (context.of === 'step_spatialsign') spatialSign(step, context);
    else if (context.of === 'step_classdist') classDistances(step, context);
    else geoDistance(step, context);
  },
};

function spatialSign(step: RValue, { frame, of, label }: StepContext): void {
  const names = texts(element(step, 'columns'), `${label}'s columns`);
  if (names.length === 0) return;
  const weights = element(step, 'case_weights');
  if (weights?.type === 'logical' && weights.values[0] === 1) throw new ModelError(label, 'case weights', 'none, as new rows have none');
  for (const name of names) frame.number(name, label);
  const places = names.map((name) => frame.place(name, label));
  const made = new Set(names);
  const columns = frame.columns.map((column): FrameColumn => (made.has(column.name) ? { name: column.name, kind: 'number' } : column));
  frame.push(SPATIAL_SIGN, { step: 'spatial-sign', of, columns: places, skips: flag(step, 'na_rm', true) }, columns);
}

function classDistances(step: RValue, { frame, of, label }: StepContext): void {
  const objects = member(step, 'objects', label);
  const isPooled = flag(step, 'pool', false);
  const byClass = isPooled ? member(objects, 'center', label) : objects;
  const classes = namesOf(byClass, `${label}'s classes`);
  const parts = listOf(byClass, `${label}'s classes`);
  const center = (part: RValue) => namedNumbers(isPooled ? part : element(part, 'center'), `${label}'s center`);
  const first = parts[0];
  if (!first) return;
  const columns = center(first).map(([name]) => name);
  if (columns.length === 0) return;
  const scale = (part: RValue) => member(isPooled ? objects : part, 'scale', label);
  const prefix = textOf(member(step, 'prefix', label), `${label}'s prefix`);
  const names = classes.map((label) => `${prefix}${label}`);
  const from = columns.map((name) => {
    frame.number(name, label);
    return frame.place(name, label);
  });
  const centers = parts.map((part) => center(part).map(([, value]) => value));
  const count = isPooled ? 1 : parts.length;
  const left = frame.distancesLeft;
  left.products -= count * columns.length ** 3;
  left.numbers -= parts.length * columns.length ** 2;
  if (left.products < 0 || left.numbers < 0)
    throw new ModelError(
      label,
      `distances to ${parts.length} classes by ${columns.length} columns`,
      `fewer of them, as by step_pca(): ${LIMITS}`,
    );
  const inverseOf = (part: RValue) => inverse(matrixOf(scale(part), `${label}'s scale`), columns.length, `${label}'s scale`);
  // Pooled classes have one matrix.
  const pooled = isPooled ? inverseOf(first) : undefined;
  const inverses = parts.map((part) => pooled ?? inverseOf(part));
  const made = names.map((name): FrameColumn => ({ name, kind: 'number' }));
  const log = flag(step, 'log', true);
  frame.push(DISTANCES, { step: 'distances', of, from, centers, inverses, log, names }, [...frame.columns, ...made]);
}

/** The inverse of a matrix, by elimination with row pivots as LAPACK's dgesv. */
function inverse(matrix: number[][], side: number, label: string): number[][] {
  if (side > MAX_SIDE || matrix.length !== side || matrix.some((row) => row.length !== side))
    throw new ModelError(label, 'another matrix', 'a square one');
  const left = matrix.map((row) => Float64Array.from(row));
  const order = eliminate(left, label);
  // The columns of the inverse in the order of the pivots: so that what is left of the diagonal is all there is at first.
  const right = left.map((_, row) => new Float64Array(side).fill(1, row, row + 1));
  right.forEach((own, row) => {
    for (let at = 0; at < row; at += AT_ONCE)
      subtract(own, left[row]!, right, Math.min(row - at, AT_ONCE), { at, by: 1, from: 0, to: row });
  });
  for (let row = side - 1; row >= 0; row -= 1) {
    const own = right[row]!;
    for (let at = side - 1; at > row; at -= AT_ONCE)
      subtract(own, left[row]!, right, Math.min(at - row, AT_ONCE), { at, by: -1, from: 0, to: side });
    for (let column = 0; column < side; column += 1) own[column] = own[column]! / left[row]![row]!;
  }
  const places = new Int32Array(side);
  for (const [place, column] of order.entries()) places[column] = place;
  return right.map((row) => Array.from(places, (place) => row[place]!));
}

/** So many rows are taken away from a row at once. */
const AT_ONCE = 4;

/**
 * Makes the triangle of a matrix's elimination, and below it the factors by which rows were taken away; tells which row came to each place. Columns
 * go by fours: what is right of them is changed once they are done.
 */
function eliminate(left: Float64Array[], label: string): number[] {
  const side = left.length;
  const order = [...left.keys()];
  for (let first = 0; first < side; first += AT_ONCE) {
    const end = Math.min(side, first + AT_ONCE);
    for (let at = first; at < end; at += 1) {
      let pivot = at;
      for (let row = at + 1; row < side; row += 1) if (Math.abs(left[row]![at]!) > Math.abs(left[pivot]![at]!)) pivot = row;
      if (!(Math.abs(left[pivot]![at]!) > 0)) throw new ModelError(label, 'a singular matrix', 'one that has an inverse');
      [left[at], left[pivot]] = [left[pivot]!, left[at]!];
      [order[at], order[pivot]] = [order[pivot]!, order[at]!];
      for (let row = at + 1; row < side; row += 1) {
        const own = left[row]!;
        own[at] = own[at]! / left[at]![at]!;
        subtract(own, own, left, 1, { at, by: 1, from: at + 1, to: end });
      }
    }
    for (let row = first + 1; row < side; row += 1)
      subtract(left[row]!, left[row]!, left, Math.min(row, end) - first, { at: first, by: 1, from: end, to: side });
  }
  return order;
}

/** The first of the rows that are taken away and the way to the next, and the columns of it. */
type Part = { at: number; by: 1 | -1; from: number; to: number };

/** Takes multiples of `count` rows (up to AT_ONCE) from a row, one after the other; `factors` has each one's at its place. */
function subtract(
  row: Float64Array,
  factors: Float64Array,
  rows: readonly Float64Array[],
  count: number,
  { at, by, from, to }: Part,
): void {
  if (count < AT_ONCE) {
    for (let place = at; place !== at + count * by; place += by) {
      const [factor, other] = [factors[place]!, rows[place]!];
      for (let column = from; column < to; column += 1) row[column] = row[column]! - factor * other[column]!;
    }
    return;
  }
  const [a, b, c, d] = [factors[at]!, factors[at + by]!, factors[at + 2 * by]!, factors[at + 3 * by]!];
  const [one, two, three, four] = [rows[at]!, rows[at + by]!, rows[at + 2 * by]!, rows[at + 3 * by]!];
  for (let column = from; column < to; column += 1) {
    const less = row[column]! - a * one[column]! - b * two[column]!;
    row[column] = less - c * three[column]! - d * four[column]!;
  }
}

function call(name: string, ...of: Expression[]): Expression {
  return { call: name, of };
}

/** recipes' geo_dist_calc_lat_lon() and geo_dist_calc_xy(). */
function geoDistance(step: RValue, { frame, of, label }: StepContext): void {
  const [lat, lon] = textsOf(element(step, 'columns'), `${label}'s columns`) as [string, string];
  const [refLat, refLon] = [number(step, 'ref_lat', label), number(step, 'ref_lon', label)];
  const name = textOf(member(step, 'name', label), `${label}'s name`);
  const square = (value: Expression) => call('^', value, 2);
  const [x, y] = [frame.number(lon, label), frame.number(lat, label)];
  const plain = call('sqrt', call('+', square(call('-', x, refLon)), square(call('-', y, refLat))));
  const value = flag(step, 'is_lat_lon', false) ? onEarth(x, y, refLon, refLat) : plain;
  frame.change(of, { add: [{ name, kind: 'number', value: flag(step, 'log', false) ? call('log', value) : value }] });
}

/** Beyond 180 and 90 degrees R stops: there is no value. */
function onEarth(x: Expression, y: Expression, refLon: number, refLat: number): Expression {
  const radian = Math.PI / 180;
  const [x1, y1] = [call('*', x, radian), call('*', y, radian)];
  const [x2, y2] = [refLon * radian, refLat * radian];
  const [dy, dx] = [call('/', call('-', y1, y2), 2), call('/', call('-', x1, x2), 2)];
  const square = (value: Expression) => call('^', call('sin', value), 2);
  const a = call('+', square(dy), call('*', call('*', call('cos', y1), call('cos', y2)), square(dx)));
  const angle = call('*', 2, call('atan2', call('sqrt', a), call('sqrt', call('-', 1, a))));
  const isOn = call('&', call('<=', call('abs', x), 180), call('<=', call('abs', y), 90));
  return call('ifelse', isOn, call('*', EARTH, angle), call('/', 0, 0));
}
