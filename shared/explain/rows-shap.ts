import { Pairs } from './rows-pairs.ts';
import { backgroundSums, type Part } from './rows-sums.ts';
import type { RowsTables } from './rows-tables.ts';
import { type OrderWeights, tablesOf, Ways } from './rows-ways.ts';
import type { Contributions, Explaining, TreeGame } from './tree-shap.ts';
import { mostInputs } from './trees.ts';

/*
 * Shapley values of trees beside background rows (interventional: Lundberg and others: From local explanations to global understanding
 * with explainable AI for trees, 2020, "independent" there): where an input is not known, it has the value of a background row, and the
 * contributions are the means over all background rows.
 *
 * Of one row x and one background row z, a leaf can only be reached where each input on the way is x's or z's. Where a of them must be
 * x's and b must be z's, an input of x's adds number * (a - 1)! b! / (a + b)!, and one of z's takes number * a! (b - 1)! / (a + b)! away.
 *
 * shap's extension has thresholds and leaves of 32 bits here, so that a value which lies on a split may go the other way there, and it then gives
 * other contributions than these (xgboost-1.7-aft-binary and xgboost-3.2-categories-json in tests/explain/shap-main.ts: each row that
 * differs lies on a split, or a background row does; by paths shap has doubles, and none differs).
 *
 * Ways of all background rows together (rows-ways.ts) or of one pair after another (rows-pairs.ts) find these leaves.
 */

/** The background rows; with `answerOf` the model's answer to a sum of trees is explained, of an output. */
export type Beside = { background: Float64Array; answerOf?: ((sum: number, output: number) => number) | undefined };

/** So many rows are taken together through each tree, or fewer where there are many inputs: each pair of rows has a number for each. */
const CHUNK = { rows: 64, numbers: 2 ** 20 };

/**
 * The contributions of each input to the sum of the trees, and the mean sum of the background rows. With `answerOf` the contributions of
 * each pair of rows are scaled to the difference of the two answers, as shap does, and the baseline is the mean answer. With `isByPairs`
 * no tables are made.
 */
export function rowsShap(game: TreeGame, explaining: Explaining, beside: Beside, isByPairs = false): Contributions {
  const { rows, inputs, outputs } = explaining;
  const { background } = beside;
  const given = background.length / inputs;
  const out = { baselines: new Float64Array(outputs.length), contributions: new Float64Array(rows.length) };
  const tables = isByPairs ? undefined : tablesOf(game, background, inputs);
  const scales = scaleRows(game, explaining, { ...beside, tables }, out.baselines);
  const most = mostInputs(game.trees) + 1;
  const order = { weights: orderWeights(most), most };
  if (tables) addWays(new Ways(game, tables, given, order), game, explaining, scales, out.contributions);
  else addPairs(new Pairs(game, inputs, background, order), explaining, given, scales, out.contributions);
  for (let at = 0; at < out.contributions.length; at += 1) out.contributions[at]! /= given;
  return out;
}

/** What each background row counts beside a row: one number for all, or with `answerOf` each its own. */
type Scales = (row: number) => Float64Array;

/** Finds the baselines, and what the background rows count. */
function scaleRows(
  game: TreeGame,
  explaining: Explaining,
  { background, answerOf, tables }: Beside & { tables: RowsTables | undefined },
  baselines: Float64Array,
): Scales {
  const { rows, inputs, outputs, from, to } = explaining;
  const given = background.length / inputs;
  const sums = new Map(
    [...new Set(outputs)].map((output) => {
      const part = { output, from, to };
      return [output, tables ? backgroundSums(game, tables, given, part) : sumsOf(game, background, inputs, part)];
    }),
  );
  for (let row = 0; row < outputs.length; row += 1) {
    const [output, theirs] = [outputs[row]!, sums.get(outputs[row]!)!];
    let baseline = 0;
    for (let z = 0; z < given; z += 1) baseline += answerOf ? answerOf(theirs[z]!, output) : theirs[z]!;
    baselines[row] = baseline / given;
  }
  const ones = new Float64Array(given).fill(1);
  if (!answerOf) return () => ones;
  return (row) => {
    const output = outputs[row]!;
    const own = sumOf(game, rows, row * inputs, { output, from, to });
    return sums.get(output)!.map((theirs) => scaleOf((value) => answerOf(value, output), own, theirs));
  };
}

function addWays(ways: Ways, game: TreeGame, { rows, inputs, outputs, from, to }: Explaining, scales: Scales, out: Float64Array): void {
  for (let first = 0; first < outputs.length; first += CHUNK.rows) {
    const last = Math.min(outputs.length, first + CHUNK.rows);
    const counts = Array.from({ length: last - first }, (_, at) => scales(first + at));
    for (let tree = from; tree < to; tree += 1) {
      for (let row = first; row < last; row += 1) {
        const output = outputs[row]!;
        if (game.adds(tree, output)) ways.add(tree, { rows, row: row * inputs, output }, counts[row - first]!, out);
      }
    }
  }
}

function addPairs(pairs: Pairs, { rows, inputs, outputs, from, to }: Explaining, given: number, scales: Scales, out: Float64Array): void {
  const together = Math.max(1, Math.min(CHUNK.rows, Math.floor(CHUNK.numbers / (given * inputs))));
  for (let first = 0; first < outputs.length; first += together) {
    const last = Math.min(outputs.length, first + together);
    const some = { rows: rows.subarray(first * inputs, last * inputs), outputs: outputs.subarray(first, last) };
    const found = pairs.contributions(some, { from, to });
    for (let row = first; row < last; row += 1) {
      const own = found.subarray((row - first) * given * inputs, (row - first + 1) * given * inputs);
      scales(row).forEach((scale, z) => {
        for (let input = 0; input < inputs; input += 1) out[row * inputs + input]! += scale * own[z * inputs + input]!;
      });
    }
  }
}

/** How steep the answer is between two sums; where they are the same, how steep it is there. */
function scaleOf(answerOf: (sum: number) => number, one: number, other: number): number {
  if (one !== other) return (answerOf(one) - answerOf(other)) / (one - other);
  const step = 2 ** -20 * Math.max(1, Math.abs(one));
  return (answerOf(one + step) - answerOf(one - step)) / (2 * step);
}

/** What the trees give each row of some that lie side by side. */
export function sumsOf(game: TreeGame, rows: Float64Array, inputs: number, part: Part): Float64Array {
  return Float64Array.from({ length: rows.length / inputs }, (_, row) => sumOf(game, rows, row * inputs, part));
}

function sumOf(game: TreeGame, rows: Float64Array, row: number, { output, from, to }: Part): number {
  const { roots } = game.trees;
  let sum = 0;
  for (let tree = from; tree < to; tree += 1)
    if (game.adds(tree, output)) sum += game.leaf(tree, leafOf(game, rows, row, roots[tree]!), output);
  return sum;
}

/** The leaf where a row ends. */
export function leafOf({ trees: { isLeaf }, next }: TreeGame, rows: Float64Array, row: number, root: number): number {
  let node = root;
  while (isLeaf[node] === 0) node = next(rows, row, node);
  return node;
}

/** (a - 1)! b! / (a + b)! at the place a * most + b; 0 where a is 0, as then nobody is there to get it. */
function orderWeights(most: number): OrderWeights['weights'] {
  const weights = new Float64Array(most * most);
  for (let a = 1; a < most; a += 1) {
    weights[a * most] = a === 1 ? 1 : (weights[(a - 1) * most]! * (a - 1)) / a;
    for (let b = 1; a + b < most; b += 1) weights[a * most + b] = (weights[a * most + b - 1]! * b) / (a + b);
  }
  return weights;
}
