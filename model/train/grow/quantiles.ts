import { type TrainingData, valueAt } from '../data/data.ts';
import type { RRandom } from '../numbers/r-random.ts';
import type { GrownTree } from './tree.ts';

/** quantreg's random.node.values: column after column, one a tree; `rows` is the greatest node id, counted from 1. NaN is NA. */
export type NodeValues = { rows: number; values: Float64Array<ArrayBuffer> };

/** One random row's target for each leaf and tree: rows in R's random order, the last one of a leaf stays (R/ranger.R). */
export function quantileValues(data: TrainingData, trees: GrownTree[], random: RRandom): NodeValues {
  const leaves = trees.map((tree) => Uint32Array.from({ length: data.rows }, (_, row) => leafOf(data, tree, row)));
  const rows = leaves.reduce((most, ofTree) => ofTree.reduce((greatest, leaf) => Math.max(greatest, leaf + 1), most), 0);
  // predict() finds the leaves in R, and draws a seed for itself first.
  random.uniform();
  const values = new Float64Array(rows * trees.length).fill(Number.NaN);
  leaves.forEach((ofTree, tree) => {
    for (const row of random.permutation(data.rows)) values[tree * rows + ofTree[row]!] = data.y[row]!;
  });
  return { rows, values };
}

function leafOf(data: TrainingData, { left, right, splitVarIds, splitValues }: GrownTree, row: number): number {
  let node = 0;
  while (left[node] !== 0 || right[node] !== 0) {
    const column = splitVarIds[node]!;
    const value = valueAt(data, row, column);
    const split = splitValues[node]!;
    const goesLeft = data.ordered[column] === 1 ? value <= split : Math.floor(split / 2 ** (value - 1)) % 2 === 0;
    node = (goesLeft ? left[node] : right[node]) as number;
  }
  return node;
}
