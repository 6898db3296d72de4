import { type Beside, rowsShap } from '../explain/rows-shap.ts';
import type { Basis } from '../explain/section.ts';
import { type Contributions, type Explaining, type TreeGame, treeShap } from '../explain/tree-shap.ts';
import { bytesOfTables, hasTables, MOST_KEPT, type WeightedTrees, workOf } from '../explain/trees.ts';
import { distinctRows } from '../math/distinct-rows.ts';
import type { Background, ExplainOutput, ExplainWay, TreeBackground } from '../schema/explain-ask.ts';
import { rowsThatLack } from '../schema/explanation.ts';

/** What trees can be explained by: the weights of their leaves, background rows, or both; and which numbers by each. */
export type TreeWays = {
  basis: Basis;
  outputs: Record<TreeBackground, ExplainOutput[]>;
  game: () => TreeGame | undefined;
  inputs: number;
  /** The steps that a row takes more which lacks a value; beside each background row so many. */
  moreOfMissing?: number;
};

/** The ways to explain trees. How long a row takes is found when it is first asked for, as it takes a look at every node. */
export function treeWays({ basis, outputs, game, inputs, moreOfMissing = 0 }: TreeWays): ExplainWay[] {
  const way = (background: TreeBackground, more: number, work: (given: TreeGame) => number): ExplainWay => {
    let found: number | undefined;
    const made: ExplainWay = {
      ...{ background, outputs: outputs[background] },
      get work() {
        const trees = game();
        found ??= trees ? work(trees) : Number.POSITIVE_INFINITY;
        return found;
      },
    };
    return more > 0 ? Object.defineProperty(made, 'workOfMissing', { get: () => made.work + more, enumerable: true }) : made;
  };
  const ways: ExplainWay[] = [];
  if (basis.cover) ways.push(way('path', moreOfMissing, ({ trees }) => pathWork(trees)));
  const given = basis.background ? basis.background.length / inputs : 0;
  const beside = BESIDE * moreOfMissing;
  const lacking = basis.background && beside > 0 ? rowsThatLack(basis.background, inputs) * beside : 0;
  if (given > 0) ways.push(way('rows', given * beside - lacking, ({ trees }) => rowsWork(trees, given) + lacking));
  return ways;
}

/** Beside a background row a coalition goes one way through a tree, and not all of them. */
const BESIDE = 0.5;

/** A step of a row by paths is so many of the estimate's: of trees whose tables are kept (measured: 2026-11-29, 2 busy cores, 0.07). */
const PATH_STEP = 0.1;

/** How many steps of computing a row takes by paths. */
function pathWork(trees: WeightedTrees): number {
  return workOf(trees) * (bytesOfTables(trees) <= MOST_KEPT ? PATH_STEP : 1);
}

/**
 * How a tree's ways through background rows are counted: a row and a background row part at a few of its nodes; by pairs, or all at once, for
 * which each node takes some steps, too, however few the rows are.
 */
const PAIR_STEPS = 3;
const TOGETHER = { steps: 1, ofNode: 2 };
/** What so many inputs above a leaf take is in these steps; a leaf below more of them takes longer. */
const USUAL_INPUTS = 32;

/** How many steps of computing a row takes beside background rows: at most all nodes of a tree for each, as a rule few times its depth. */
function rowsWork(trees: WeightedTrees, rows: number): number {
  const { roots, inputs } = trees;
  const isTogether = hasTables(trees, rows);
  const steps = isTogether ? TOGETHER.steps : PAIR_STEPS;
  let work = 0;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const nodes = roots[tree + 1]! - roots[tree]!;
    const longer = isTogether ? Math.max(1, inputs[tree]! / USUAL_INPUTS) : 1;
    work += Math.min(nodes, steps * (1 + inputs[tree]!)) * longer;
  }
  return work * rows + (isTogether ? TOGETHER.ofNode * trees.isLeaf.length : 0);
}

/** The contributions by one background or the other. */
export function explainTrees(
  game: TreeGame,
  explaining: Explaining,
  background: Background,
  { basis, answerOf }: { basis: Basis; answerOf?: Beside['answerOf'] },
): Contributions {
  return background === 'rows' ? rowsShap(game, explaining, { background: basis.background!, answerOf }) : treeShap(game, explaining);
}

/** Of rows of so few inputs many are the same, and go through the trees once: of heart-age 41 of 303. */
const FEW_INPUTS = 4;

/** The rows that differ, by their places, and how often each is there. */
function timesOf(rows: Float64Array, inputs: number): { firsts: number[]; times: Uint32Array } {
  const { firsts, places } = distinctRows(rows, inputs);
  const times = new Uint32Array(firsts.length);
  for (const place of places) times[place]! += 1;
  return { firsts, times };
}

/** How many rows fall into each leaf, by its node. */
export function countLeaves(
  { trees: { roots, isLeaf }, next }: Pick<TreeGame, 'next'> & { trees: Pick<WeightedTrees, 'roots' | 'isLeaf'> },
  rows: Float64Array,
  inputs: number,
): Uint32Array {
  const counts = new Uint32Array(isLeaf.length);
  const { firsts, times } = inputs <= FEW_INPUTS ? timesOf(rows, inputs) : { firsts: undefined, times: undefined };
  const count = firsts?.length ?? rows.length / inputs;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    for (let place = 0; place < count; place += 1) {
      const row = (firsts?.[place] ?? place) * inputs;
      let node = roots[tree]!;
      while (isLeaf[node] === 0) node = next(rows, row, node);
      counts[node]! += times?.[place] ?? 1;
    }
  }
  return counts;
}
