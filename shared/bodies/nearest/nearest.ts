import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { checkClasses, classesOf, firstLargest } from '../class-answers.ts';

/** The rows of the training data, side by side, with the class (from 0) or the number of each; the `k` nearest to a row are asked. */
export type Nearest = { k: number; points: Float64Array; values: Float64Array };

/** Distances are the same where they differ by less, relative to each other. */
const EPSILON = 1e-4;
/** Most neighbours with ties, for which R's predict() has places. */
const MAX_TIES = 1000;
/** Beyond every distance. */
const FENCE = 0.99 * Number.MAX_VALUE;

type Found = { distances: Float64Array; places: Int32Array };

/** The answers of the nearest neighbours, row by row (caret.c, knn3 and knn3reg): all that are as far as the k-th have a vote. */
export function predictNearest(schema: Schema, nearest: Nearest, rows: Float64Array, { type }: Parameters): Float64Array {
  const width = schema.features.length;
  const count = rows.length / width;
  const classes = schema.classes?.length;
  const found = { distances: new Float64Array(MAX_TIES + 1), places: new Int32Array(MAX_TIES + 1) };
  const out = new Float64Array(count * (classes ?? 1));
  for (let row = 0; row < count; row += 1) {
    const asked = findNearest(nearest, rows.subarray(row * width, (row + 1) * width), found);
    if (classes === undefined) out[row] = meanOf(nearest, found, asked);
    else if (asked === 0) out.fill(Number.NaN, row * classes, (row + 1) * classes);
    else {
      for (let at = 0; at < asked; at += 1) out[row * classes + nearest.values[found.places[at]!]!]! += 1;
      for (let at = 0; at < classes; at += 1) out[row * classes + at] = out[row * classes + at]! / asked;
    }
  }
  return type === 'class' ? classesOf(out, classes as number, firstLargest) : out;
}

function meanOf({ values }: Nearest, { places }: Found, asked: number): number {
  let sum = 0;
  for (let at = 0; at < asked; at += 1) sum += values[places[at]!]!;
  return sum / asked;
}

/** Finds the neighbours that have a vote, the nearest first; 0 of them where a value is missing, too many are as far, or all are too far. */
function findNearest({ k, points, values }: Nearest, row: Float64Array, { distances, places }: Found): number {
  if (row.some(Number.isNaN)) return 0;
  const width = row.length;
  let kept = k;
  distances.fill(FENCE, 0, k);
  for (let point = 0; point < values.length; point += 1) {
    let distance = 0;
    for (let at = 0; at < width; at += 1) {
      const step = row[at]! - points[point * width + at]!;
      distance += step * step;
    }
    if (distance <= distances[k - 1]! * (1 + EPSILON)) {
      let place = 0;
      while (place <= kept && !(distance < distances[place]!)) place += 1;
      if (place <= kept) {
        distances.copyWithin(place + 1, place, kept);
        places.copyWithin(place + 1, place, kept);
        distances[place] = distance;
        places[place] = point;
        // One more is kept where the last one is as far as the k-th.
        if (distances[kept]! <= distances[k - 1]!) kept += 1;
        if (kept === MAX_TIES - 1) return 0;
      }
    }
    distances[kept] = FENCE;
  }
  // A value so far away that squares are beyond the doubles has fewer than k neighbours.
  if (distances[k - 1]! >= FENCE) return 0;
  let asked = k;
  while (asked < kept && !(distances[asked]! > distances[k - 1]! * (1 + EPSILON))) asked += 1;
  return asked;
}

/** Checks neighbours from a file, so that predictNearest needs no check. Throws a ModelError that names what is wrong. */
export function checkNearest(schema: Schema, { k, points, values }: Nearest, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s neighbours`, found, expected);
  if (values.length === 0 || points.length !== values.length * schema.features.length)
    throw fail(`${points.length} numbers of ${values.length} rows`, `${schema.features.length} a row`);
  if (!(Number.isInteger(k) && k >= 1 && k <= values.length && k < MAX_TIES - 2))
    throw fail(`k ${k}`, `1 to ${Math.min(values.length, MAX_TIES - 3)}`);
  if (!points.every(Number.isFinite) || !values.every(Number.isFinite)) throw fail('a value that is not finite', 'finite ones');
  if (schema.kind === 'regression') {
    if ((schema.margins ?? 1) !== 1) throw fail(`${schema.margins} numbers a row`, 'one');
    return;
  }
  const classes = schema.classes?.length ?? 0;
  checkClasses(schema, classes, `${label}'s neighbours`);
  if (!values.every((value) => Number.isInteger(value) && value >= 0 && value < classes))
    throw fail('a class that is not there', `${classes} classes`);
}
