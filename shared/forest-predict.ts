import type { Schema } from './features.ts';
import { type Forest, treeCount } from './forest.ts';
import type { Parameters } from './parameters.ts';
import { outputWidth } from './shape.ts';

/**
 * A forest's answers, row by row. Means and sums run in the order of the trees, as ranger's predictInternal does
 * (src/Forest*.cpp), since the order is part of the answer. A tie between classes goes to the class that comes first in the
 * model's class order; R draws one at random.
 */
export function predictForest(schema: Schema, forest: Forest, rows: Float64Array, parameters: Parameters): Float64Array {
  const features = schema.features.length;
  const count = rows.length / features;
  const width = outputWidth(schema, parameters);
  const trees = parameters.numTrees ?? treeCount(forest);
  const out = new Float64Array(count * width);
  const votes = new Float64Array(schema.classes?.length ?? 0);
  for (let row = 0; row < count; row += 1) {
    const from = row * features;
    const at = row * width;
    if (parameters.type === 'terminalNodes') terminalNodes(forest, trees, rows, from, out, at);
    else if (parameters.predictAll) everyTree(forest, trees, rows, from, out, at);
    else if (schema.kind === 'classification') {
      countVotes(forest, trees, rows, from, votes);
      if (parameters.type === 'response') out[at] = mostVoted(votes, trees, forest.cutoff);
      else for (let place = 0; place < votes.length; place += 1) out[at + place] = (votes[place] as number) / trees;
    } else meanLeaf(forest, trees, rows, from, out, at);
  }
  if (schema.kind === 'survival' && parameters.type === 'response') {
    // predict.ranger.forest (R/predict.R): survival is exp(-chf).
    for (let at = 0; at < out.length; at += 1) out[at] = Math.exp(-(out[at] as number));
  }
  return out;
}

/** The leaf of one tree that a row falls into, as a node. */
function findLeaf(forest: Forest, tree: number, rows: Float64Array, row: number): number {
  const { left, right, feature, threshold, partitioned } = forest;
  let node = forest.roots[tree] as number;
  for (let l = left[node] as number; l !== 0; l = left[node] as number) {
    const column = feature[node] as number;
    const value = rows[row + column] as number;
    const split = threshold[node] as number;
    const goesLeft = partitioned[column] === 0 ? value <= split : !hasLevel(split, value);
    node = goesLeft ? l : (right[node] as number);
  }
  return node;
}

/** Whether a level (from 1) is in a set kept as a bit mask in a double; beyond 32 bits, so by arithmetic and not by `&`. */
function hasLevel(mask: number, level: number): boolean {
  return Math.floor(Math.floor(mask) / 2 ** (Math.floor(level) - 1)) % 2 === 1;
}

/** Adds up a row's leaves in tree order and divides by the number of trees, into `out` at `at`. */
function meanLeaf(forest: Forest, trees: number, rows: Float64Array, row: number, out: Float64Array, at: number): void {
  const { leaves, width, right, correction } = forest;
  for (let tree = 0; tree < trees; tree += 1) {
    const leaf = (right[findLeaf(forest, tree, rows, row)] as number) * width;
    for (let k = 0; k < width; k += 1) out[at + k] = (out[at + k] as number) + (leaves[leaf + k] as number);
  }
  for (let k = 0; k < width; k += 1) out[at + k] = (out[at + k] as number) / trees;
  if (correction) out[at] = (correction[0] as number) + (correction[1] as number) * (out[at] as number);
}

/** How many trees vote for each class. */
function countVotes(forest: Forest, trees: number, rows: Float64Array, row: number, votes: Float64Array): void {
  votes.fill(0);
  for (let tree = 0; tree < trees; tree += 1) {
    const place = forest.leaves[forest.right[findLeaf(forest, tree, rows, row)] as number] as number;
    votes[place] = (votes[place] as number) + 1;
  }
}

/** The place of the class with most votes, by its share over its cutoff where there are cutoffs (randomForest's rf.c, classForest); the first of those that tie. */
function mostVoted(votes: Float64Array, trees: number, cutoff: Float64Array | undefined): number {
  let best = 0;
  let most = 0;
  for (let place = 0; place < votes.length; place += 1) {
    const own = cutoff ? (votes[place] as number) / trees / (cutoff[place] as number) : (votes[place] as number);
    if (own <= most) continue;
    best = place;
    most = own;
  }
  return best;
}

/** The id of the leaf in each tree, counted from 0 within the tree, as ranger numbers them. */
function terminalNodes(forest: Forest, trees: number, rows: Float64Array, row: number, out: Float64Array, at: number): void {
  for (let tree = 0; tree < trees; tree += 1) {
    out[at + tree] = findLeaf(forest, tree, rows, row) - (forest.roots[tree] as number);
  }
}

/** What each tree says by itself: `width` values, each with all its trees side by side. Classes stand as R's codes. */
function everyTree(forest: Forest, trees: number, rows: Float64Array, row: number, out: Float64Array, at: number): void {
  const { leaves, width, right, codes } = forest;
  for (let tree = 0; tree < trees; tree += 1) {
    const leaf = (right[findLeaf(forest, tree, rows, row)] as number) * width;
    for (let k = 0; k < width; k += 1) {
      const value = leaves[leaf + k] as number;
      out[at + k * trees + tree] = codes ? (codes[value] as number) : value;
    }
  }
}
