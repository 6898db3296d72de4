import { ModelError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import { type KdTree, kdTree, nearestIn } from './kd-tree.ts';
import type { Compute, StepKind } from './kind.ts';
import { longMean } from './long-sum.ts';
import { placesIn } from './places.ts';

/**
 * Missing values of some columns become the means of the training rows that are nearest by the columns that are there, by Euclid's
 * distance. `values` has the training rows, a list for each column.
 */
export type NearestStep = { step: 'nearest'; of: string; neighbors: number; columns: number[]; values: number[][] };

/** Most numbers of the training rows, each of which is looked at for a row with a missing value. */
const MAX_NUMBERS = 4_000_000;
const MAX_NEIGHBORS = 1000;
/** A number beyond it has no finite square. */
const MAX_NUMBER = 1e150;
/** Distances that differ by less, relative to the greater, count as equal. */
const NEARLY = 1e-9;
/** Most training rows of all trees that are kept, where the columns that are missing differ from row to row. */
const MAX_KEPT = 500_000;

/** caret's knnImpute. A row without any of the columns stays as it is. */
export const NEAREST: StepKind<NearestStep> = {
  step: 'nearest',
  // It has a tree of the training rows for each set of columns; without one any of those that are as far as others are taken.
  about: () => ({
    ...NEAREST,
    compile: (step, schema) =>
      compileNearest(step, schema, (known, count) => (cells, there) => nearest(squares(cells, there, known), count)),
  }),
  check: ({ neighbors, columns, values }, schema, label) => {
    const fail = () => new ModelError(`${label}'s nearest rows`, 'another form', 'columns, and a list of training values for each');
    const isPlace = (place: unknown) =>
      typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < schema.features.length;
    if (!Array.isArray(columns) || columns.length === 0 || !columns.every(isPlace)) throw fail();
    if (!Array.isArray(values) || values.length !== columns.length) throw fail();
    const rows = Array.isArray(values[0]) ? values[0].length : 0;
    const areNumbers = (list: unknown) =>
      Array.isArray(list) && list.length === rows && list.every((value) => Math.abs(value) <= MAX_NUMBER);
    if (rows < 1 || rows * columns.length > MAX_NUMBERS || !values.every(areNumbers)) throw fail();
    if (!(Number.isInteger(neighbors) && neighbors >= 1 && neighbors <= Math.min(rows, MAX_NEIGHBORS))) throw fail();
  },
  columns: (_, schema) => schema.features,
  compile: (step, schema) => compileNearest(step, schema, finder),
  // What is not missing goes through.
  source: ({ columns }, place) => (placesIn(columns).has(place) ? undefined : place),
  uses: ({ columns }, place) => (placesIn(columns).has(place) ? undefined : [place]),
};

/** Finds the places of the nearest training rows to a row, by its cells and the places of those that are there; none where that takes too long. */
type Find = (cells: number[], there: number[]) => number[] | undefined;

function compileNearest(
  { neighbors, columns, values }: NearestStep,
  schema: Schema,
  finderOf: (known: Float64Array[], neighbors: number) => Find,
): Compute {
  const width = schema.features.length;
  const known = values.map((list) => Float64Array.from(list));
  const find = finderOf(known, neighbors);
  return (rows, count, unknown) => {
    const out = rows.slice();
    for (let row = 0; row < count; row += 1) {
      const cells = columns.map((place) => rows[row * width + place]!);
      const there = cells.flatMap((value, at) => (Number.isNaN(value) ? [] : [at]));
      if (there.length === 0 || there.length === columns.length) continue;
      const near = find(cells, there);
      if (!near) {
        unknown[row] = 1;
        continue;
      }
      columns.forEach((place, at) => {
        if (Number.isNaN(cells[at])) out[row * width + place] = longMean(near.map((one) => known[at]![one]!));
      });
    }
    return out;
  };
}

/**
 * Finds the nearest training rows by the columns that are there. Where rows are as far as others, the tree that R asks decides which of
 * them it takes, so that it is built then. A row whose tree would take too long finds none.
 */
function finder(known: Float64Array[], neighbors: number): Find {
  const trees = new Map<string, KdTree | undefined>();
  const rows = known[0]!.length;
  return (cells, there) => {
    const distances = squares(cells, there, known);
    const near = nearest(distances, neighbors + 1);
    const areApart = near.every((row, at) => at === 0 || distances[row]! * (1 - NEARLY) > distances[near[at - 1]!]!);
    if (areApart) return near.slice(0, neighbors);
    const key = there.join();
    const isKnown = trees.has(key);
    const tree = isKnown ? trees.get(key) : kdTree(there.map((at) => known[at]!));
    if (!isKnown && (trees.size + 1) * rows > MAX_KEPT) trees.clear();
    trees.set(key, tree);
    const point = there.map((at) => cells[at]!);
    return tree && nearestIn(tree, point, neighbors);
  };
}

/** The squared distance to each training row, by the columns that are there. */
function squares(cells: number[], there: number[], known: Float64Array[]): Float64Array {
  const sums = new Float64Array(known[0]!.length);
  for (const at of there) {
    const values = known[at]!;
    for (let row = 0; row < sums.length; row += 1) sums[row] = sums[row]! + (cells[at]! - values[row]!) ** 2;
  }
  return sums;
}

/** The places of the least distances, the nearest first; of equal ones the earlier row. */
function nearest(distances: Float64Array, count: number): number[] {
  const found: number[] = [];
  distances.forEach((distance, row) => {
    if (found.length === count && !(distance < distances[found.at(-1)!]!)) return;
    // By halves: each row may be nearer than a thousand before it.
    let [at, end] = [0, found.length];
    while (at < end) {
      const middle = (at + end) >> 1;
      if (distance < distances[found[middle]!]!) end = middle;
      else at = middle + 1;
    }
    found.splice(at, 0, row);
    if (found.length > count) found.pop();
  });
  return found;
}
