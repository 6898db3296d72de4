import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { outputWidth } from '../../schema/shape.ts';
import { finishSurvival } from './finishes.ts';
import { type Forest, treeCount } from './forest.ts';
import { hasLevel } from './packed.ts';
import { quantile } from './quantile.ts';
import { standardErrors } from './standard-error.ts';
import { type BreakTie, tieBreaker } from './ties.ts';

/**
 * A forest's answers, row by row. Means and sums run in the order of the trees, as ranger's predictInternal does
 * (src/Forest*.cpp), since the order is part of the answer. A tie between classes goes to the class that comes first in the
 * model's class order; R draws one at random, and with a seed the one that it draws is given (see ties.ts).
 */
export function predictForest(schema: Schema, given: Forest, rows: Float64Array, parameters: Parameters): Float64Array {
  // A copy of its members: those of packed nodes are got once here, and not again at each tree.
  const forest = { ...given };
  const features = schema.features.length;
  const count = rows.length / features;
  const width = outputWidth(schema, parameters);
  const trees = parameters.numTrees ?? treeCount(forest);
  const out = new Float64Array(count * width);
  const votes = new Float64Array(schema.classes?.length ?? 0);
  const breakTie = parameters.seed === undefined ? undefined : tieBreaker(parameters.seed);
  if (parameters.type === 'se') {
    const every = predictForest(schema, forest, rows, { ...parameters, type: 'response', predictAll: true });
    return standardErrors(schema.kind, forest, every, trees, parameters.seMethod ?? 'infjack');
  }
  for (let row = 0; row < count; row += 1) {
    const from = row * features;
    const at = row * width;
    if (parameters.type === 'terminalNodes') terminalNodes(forest, trees, rows, from, out, at);
    else if (parameters.type === 'quantiles') out.set(quantiles(forest, trees, rows, from, parameters.quantiles ?? []), at);
    else if (parameters.predictAll) everyTree(forest, trees, rows, from, out, at);
    else if (schema.kind === 'classification') {
      const voted = countVotes(forest, trees, rows, from, votes);
      if (parameters.type === 'response') out[at] = mostVoted(forest, trees, votes, voted, breakTie);
      else for (let place = 0; place < votes.length; place += 1) out[at + place] = votes[place]! / trees;
    } else meanLeaf(forest, trees, rows, from, out, at);
  }
  if (schema.kind === 'survival' && parameters.type === 'response') finishSurvival(schema, out);
  return out;
}

/**
 * The answers of type `response` from sums that a kernel added up: of leaves or of votes, `width` doubles a row. The steps
 * after the last tree, as predictForest does them.
 */
export function finishSums(schema: Schema, forest: Forest, sums: Float64Array, width: number): Float64Array {
  const trees = treeCount(forest);
  if (schema.kind === 'classification') {
    const out = new Float64Array(sums.length / width);
    for (let row = 0; row < out.length; row += 1) {
      out[row] = mostVoted(forest, trees, sums.subarray(row * width, (row + 1) * width), []);
    }
    return out;
  }
  for (let at = 0; at < sums.length; at += width) finishMeans(forest, trees, sums, at);
  if (schema.kind === 'survival') finishSurvival(schema, sums);
  return sums;
}

/** The leaf of one tree that a row falls into, as a node. */
function findLeaf(forest: Forest, tree: number, rows: Float64Array, row: number): number {
  const { left, right, feature, threshold, partitioned, missing } = forest;
  let node = forest.roots[tree]!;
  for (let l = left[node]!; l !== 0; l = left[node]!) {
    const column = feature[node]!;
    const value = rows[row + column]!;
    const split = threshold[node]!;
    if (missing !== undefined && partitioned[column] === 0 && Number.isNaN(value)) {
      node = missing[node] || l;
      continue;
    }
    const goesLeft = partitioned[column] === 0 ? value <= split : !hasLevel(split, value);
    node = goesLeft ? l : right[node]!;
  }
  return node;
}

/** Adds up a row's leaves in tree order and divides by the number of trees, into `out` at `at`. */
function meanLeaf(forest: Forest, trees: number, rows: Float64Array, row: number, out: Float64Array, at: number): void {
  const { leaves, width, right } = forest;
  for (let tree = 0; tree < trees; tree += 1) {
    const leaf = right[findLeaf(forest, tree, rows, row)]! * width;
    for (let k = 0; k < width; k += 1) out[at + k] = out[at + k]! + leaves[leaf + k]!;
  }
  finishMeans(forest, trees, out, at);
}

/** A row's sums as means, and what a correction makes of the mean. */
function finishMeans({ width, correction }: Forest, trees: number, out: Float64Array, at: number): void {
  for (let k = 0; k < width; k += 1) out[at + k] = out[at + k]! / trees;
  if (correction) out[at] = correction[0]! + correction[1]! * out[at]!;
}

/** How many trees vote for each class; the classes voted for, in the order of their first vote. */
function countVotes(forest: Forest, trees: number, rows: Float64Array, row: number, votes: Float64Array): number[] {
  const voted: number[] = [];
  votes.fill(0);
  for (let tree = 0; tree < trees; tree += 1) {
    const place = forest.leaves[forest.right[findLeaf(forest, tree, rows, row)] as number]!;
    if (votes[place] === 0) voted.push(place);
    votes[place] = votes[place]! + 1;
  }
  return voted;
}

/**
 * The place of the class with most votes, by its share over its cutoff where there are cutoffs (randomForest's rf.c,
 * classForest); of those that tie the first, or the one that `breakTie` draws.
 */
function mostVoted(forest: Forest, trees: number, votes: Float64Array, voted: number[], breakTie?: BreakTie): number {
  const { cutoff } = forest;
  let best = 0;
  let most = 0;
  for (let place = 0; place < votes.length; place += 1) {
    const share = cutoff ? votes[place]! / trees / cutoff[place]! : votes[place]!;
    if (share <= most) continue;
    best = place;
    most = share;
  }
  const tied = voted.filter((place) => votes[place] === votes[best]);
  if (!breakTie || tied.length < 2) return best;
  const codes = forest.codes as Float64Array;
  const codeOf = (place: number) => codes[place]!;
  return codes.indexOf(breakTie(voted.map(codeOf), new Set(tied.map(codeOf))));
}

/** Quantiles over one observed response of each tree's leaf, as predict.ranger takes them of random.node.values (R/predict.R). */
function quantiles(forest: Forest, trees: number, rows: Float64Array, row: number, probabilities: readonly number[]): number[] {
  const observed = forest.observed as Float64Array;
  const values = new Float64Array(trees);
  for (let tree = 0; tree < trees; tree += 1) {
    values[tree] = observed[forest.right[findLeaf(forest, tree, rows, row)] as number]!;
  }
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return probabilities.map((probability) => quantile(sorted, probability));
}

/** The id of the leaf in each tree, counted from 0 within the tree, as ranger numbers them. */
function terminalNodes(forest: Forest, trees: number, rows: Float64Array, row: number, out: Float64Array, at: number): void {
  for (let tree = 0; tree < trees; tree += 1) {
    out[at + tree] = findLeaf(forest, tree, rows, row) - forest.roots[tree]!;
  }
}

/** What each tree says by itself: `width` values, each with all its trees side by side. Classes stand as R's codes. */
function everyTree(forest: Forest, trees: number, rows: Float64Array, row: number, out: Float64Array, at: number): void {
  const { leaves, width, right, codes } = forest;
  for (let tree = 0; tree < trees; tree += 1) {
    const leaf = right[findLeaf(forest, tree, rows, row)]! * width;
    for (let k = 0; k < width; k += 1) {
      const value = leaves[leaf + k]!;
      out[at + k * trees + tree] = codes ? codes[value]! : value;
    }
  }
}
