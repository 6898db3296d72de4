import type { Schema } from './features.ts';
import type { Forest } from './forest.ts';
import { treeCount } from './forest.ts';

/** A model that can answer: its schema and its forest. */
export type Predictor = { schema: Schema; forest: Forest };

/** An element of an answer's `predictions`: a number (regression), a label (classification), label to share (probability). */
export type Prediction = number | string | Record<string, number>;

/** How many doubles the predictor gives for a row: one, or one a class (probability). */
export function outputWidth(schema: Schema): number {
  return schema.kind === 'probability' ? (schema.classes as string[]).length : 1;
}

/**
 * The model's answers for rows that lie side by side in a Float64Array, `outputWidth` doubles a row: the mean over the
 * trees (regression, and each class's share for probability) or the place of the class with the most votes. The sums run
 * in the order of the trees, as ranger's predictInternal does (src/Forest*.cpp), since the order is part of the answer.
 * A tie between classes goes to the class that comes first in the model's class order; R draws one at random.
 */
export function predictRows({ schema, forest }: Predictor, rows: Float64Array): Float64Array {
  const features = schema.features.length;
  const count = features === 0 ? 0 : rows.length / features;
  const width = outputWidth(schema);
  const out = new Float64Array(count * width);
  const votes = new Float64Array(schema.kind === 'classification' ? (schema.classes as string[]).length : 0);
  for (let row = 0; row < count; row += 1) {
    if (schema.kind === 'classification') out[row] = mostVoted(forest, rows, row * features, votes);
    else sumLeaves(forest, rows, row * features, out, row * width);
  }
  return out;
}

/** The leaf of one tree that a row falls into, as a place in `leaves`. */
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
  return (right[node] as number) * forest.width;
}

/** Whether a level (from 1) is in a set kept as a bit mask in a double; beyond 32 bits, so by arithmetic and not by `&`. */
function hasLevel(mask: number, level: number): boolean {
  return Math.floor(Math.floor(mask) / 2 ** (Math.floor(level) - 1)) % 2 === 1;
}

/** Adds up a row's leaves in tree order and divides by the number of trees, into `out` at `at`. */
function sumLeaves(forest: Forest, rows: Float64Array, row: number, out: Float64Array, at: number): void {
  const { leaves, width } = forest;
  const trees = treeCount(forest);
  for (let tree = 0; tree < trees; tree += 1) {
    const leaf = findLeaf(forest, tree, rows, row);
    for (let k = 0; k < width; k += 1) out[at + k] = (out[at + k] as number) + (leaves[leaf + k] as number);
  }
  for (let k = 0; k < width; k += 1) out[at + k] = (out[at + k] as number) / trees;
}

/** The place of the class most trees vote for; the first of those that tie. */
function mostVoted(forest: Forest, rows: Float64Array, row: number, votes: Float64Array): number {
  votes.fill(0);
  const trees = treeCount(forest);
  for (let tree = 0; tree < trees; tree += 1) {
    const place = forest.leaves[findLeaf(forest, tree, rows, row)] as number;
    votes[place] = (votes[place] as number) + 1;
  }
  let best = 0;
  for (let place = 1; place < votes.length; place += 1) {
    if ((votes[place] as number) > (votes[best] as number)) best = place;
  }
  return best;
}

/** The predictor's doubles as the elements of an answer. */
export function toPredictions(schema: Schema, outputs: Float64Array): Prediction[] {
  const classes = schema.classes ?? [];
  switch (schema.kind) {
    case 'regression':
      return Array.from(outputs);
    case 'classification':
      return Array.from(outputs, (place) => classes[place] as string);
    case 'probability':
      return Array.from({ length: outputs.length / classes.length }, (_, row) =>
        Object.fromEntries(classes.map((label, place) => [label, outputs[row * classes.length + place] as number])),
      );
  }
}
