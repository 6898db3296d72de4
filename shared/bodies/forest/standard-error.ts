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
  const asked = Array.from({ length: rows * width }, (_, at) => every.subarray(at * trees, (at + 1) * trees));
  const variances = method === 'jack' ? jackknife(asked, inbag) : infinitesimal(asked, inbag);
  const out = new Float64Array(rows * width * 2);
  for (const [at, ofTrees] of asked.entries()) {
    const place = 2 * width * Math.floor(at / width) + (at % width);
    out[place] = mean(ofTrees);
    out[place + width] = Math.sqrt(variances[at]!);
  }
  return out;
}

/*
 * Both go through the training rows once, and at each through all that is asked: what only the draws say of a training row is found once, and not anew
 * for each number that is asked. `asked` has what the trees say of a row, for each row or share.
 */

/** The infinitesimal jackknife's variances with their bias correction, which can be below zero (rInfJack; Wager, Hastie, Efron 2014). */
function infinitesimal(asked: readonly Float64Array[], { counts, rows, trees: all }: Inbag): Float64Array {
  const trees = asked[0]?.length ?? 0;
  const centered = asked.map((predictions) => {
    const middle = mean(predictions);
    return predictions.map((one) => one - middle);
  });
  const rests = centered.map(sum);
  const raw = new Float64Array(asked.length);
  let [variance, most, total] = [0, 0, 0];
  for (let row = 0; row < rows; row += 1) {
    const own = counts.subarray(row * all, (row + 1) * all);
    let [drawn, squares] = [0, 0];
    for (let tree = 0; tree < trees; tree += 1) {
      const count = own[tree]!;
      drawn += count;
      squares += count * count;
    }
    const average = drawn / trees;
    variance += squares / trees - average ** 2;
    // Of all trees, used or not, as R has it.
    for (let tree = 0; tree < all; tree += 1) {
      const count = own[tree]!;
      total += count;
      if (count > most) most = count;
    }
    for (let at = 0; at < raw.length; at += 1) {
      const values = centered[at]!;
      let covariance = 0;
      for (let tree = 0; tree < trees; tree += 1) covariance += own[tree]! * values[tree]!;
      raw[at]! += (covariance - average * rests[at]!) ** 2;
    }
  }
  return raw.map((one, at) => {
    const spread = sum(centered[at]!.map((value) => value ** 2)) / trees;
    const corrected = one / trees ** 2 - (rows * (variance / rows) * spread) / trees;
    return most === 1 ? corrected / (1 - total / (rows * all)) ** 2 : corrected;
  });
}

/** The jackknife-after-bootstrap's variances less their bias, at least 0 (regression). */
function jackknife(asked: readonly Float64Array[], { counts, rows, trees: all }: Inbag): Float64Array {
  const trees = asked[0]?.length ?? 0;
  const middles = asked.map(mean);
  const squares = new Float64Array(asked.length);
  // The trees that did not draw a training row: a third of them, and no choice at each.
  const outside = new Uint32Array(trees);
  let used = 0;
  for (let row = 0; row < rows; row += 1) {
    let without = 0;
    for (let tree = 0; tree < trees; tree += 1) {
      outside[without] = tree;
      without += counts[row * all + tree] === 0 ? 1 : 0;
    }
    if (without === 0) continue;
    used += 1;
    for (let at = 0; at < squares.length; at += 1) {
      const predictions = asked[at]!;
      let total = 0;
      for (let place = 0; place < without; place += 1) total += predictions[outside[place]!]!;
      squares[at]! += (total / without - middles[at]!) ** 2;
    }
  }
  return squares.map((one, at) => {
    const bias = (((Math.E - 1) * used) / trees ** 2) * sum(asked[at]!.map((value) => (value - middles[at]!) ** 2));
    return Math.max(((used - 1) / used) * one - bias, 0);
  });
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
