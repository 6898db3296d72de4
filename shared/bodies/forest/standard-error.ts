import { RequestError } from '../../errors.ts';
import type { Kind } from '../../schema/features.ts';
import type { SeMethod } from '../../schema/parameter-table.ts';
import type { Forest } from './forest.ts';

/** Most multiplications of one request: about a second. */
const MAX_WORK = 2 ** 30;

/** How often each tree drew each training row: `rows` times `trees` counts, those of a row side by side. */
type Inbag = { counts: Uint16Array; rows: number; trees: number };

/**
 * Predictions and, behind those of each row, their standard errors, from what every tree says of every row (`width` values a
 * row, each with its trees side by side). As predict.ranger.forest (R/predict.R) has them for `type = "se"`, uncalibrated.
 * `trees` may be fewer than the forest has. Throws a 413 that names the largest number of rows that fits.
 */
export function standardErrors(kind: Kind, forest: Forest, every: Float64Array, trees: number, method: SeMethod): Float64Array {
  const width = kind === 'probability' ? forest.width : 1;
  const all = forest.roots.length - 1;
  const counts = forest.inbag as Uint16Array;
  const inbag: Inbag = { counts, rows: counts.length / all, trees: all };
  const rows = every.length / (width * trees);
  const most = Math.floor(MAX_WORK / (inbag.rows * trees * width));
  if (rows > most) throw new RequestError(413, `standard errors of ${rows} rows; expected at most ${most} in one request`);
  const out = new Float64Array(rows * width * 2);
  for (let row = 0; row < rows; row += 1) {
    for (let k = 0; k < width; k += 1) {
      const from = (row * width + k) * trees;
      const ofTrees = every.subarray(from, from + trees);
      out[row * width * 2 + k] = mean(ofTrees);
      out[row * width * 2 + width + k] = Math.sqrt(method === 'jack' ? jackknife(ofTrees, inbag) : infinitesimal(ofTrees, inbag));
    }
  }
  return out;
}

/** The infinitesimal jackknife's variance with its bias correction, which can be below zero (rInfJack; Wager, Hastie, Efron 2014). */
function infinitesimal(predictions: Float64Array, { counts, rows, trees: all }: Inbag): number {
  const trees = predictions.length;
  const middle = mean(predictions);
  const centered = predictions.map((one) => one - middle);
  const rest = sum(centered);
  let raw = 0;
  let variance = 0;
  let most = 0;
  let total = 0;
  for (let row = 0; row < rows; row += 1) {
    let [covariance, drawn, squares] = [0, 0, 0];
    for (let tree = 0; tree < trees; tree += 1) {
      const count = counts[row * all + tree]!;
      covariance += count * centered[tree]!;
      drawn += count;
      squares += count * count;
    }
    const average = drawn / trees;
    raw += (covariance - average * rest) ** 2;
    variance += squares / trees - average ** 2;
    // Of all trees, used or not, as R has it.
    for (let tree = 0; tree < all; tree += 1) {
      const count = counts[row * all + tree]!;
      total += count;
      if (count > most) most = count;
    }
  }
  const spread = sum(centered.map((one) => one ** 2)) / trees;
  const corrected = raw / trees ** 2 - (rows * (variance / rows) * spread) / trees;
  return most === 1 ? corrected / (1 - total / (rows * all)) ** 2 : corrected;
}

/** The jackknife-after-bootstrap's variance less its bias, at least 0 (regression). */
function jackknife(predictions: Float64Array, { counts, rows, trees: all }: Inbag): number {
  const trees = predictions.length;
  const middle = mean(predictions);
  let squares = 0;
  let used = 0;
  for (let row = 0; row < rows; row += 1) {
    let [total, without] = [0, 0];
    for (let tree = 0; tree < trees; tree += 1) {
      if (counts[row * all + tree] !== 0) continue;
      total += predictions[tree]!;
      without += 1;
    }
    if (without === 0) continue;
    used += 1;
    squares += (total / without - middle) ** 2;
  }
  const bias = (((Math.E - 1) * used) / trees ** 2) * sum(predictions.map((one) => (one - middle) ** 2));
  return Math.max(((used - 1) / used) * squares - bias, 0);
}

/** A sum whose rounding errors are carried along (Neumaier), since R adds up in 80 bits here. */
function sum(values: Float64Array): number {
  let [total, lost] = [0, 0];
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

function mean(values: Float64Array): number {
  return sum(values) / values.length;
}
