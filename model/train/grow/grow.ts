import { ClassCriterion } from '../criteria/classes.ts';
import { RegressionCriterion } from '../criteria/regression.ts';
import { SurvivalCriterion } from '../criteria/survival.ts';
import type { TrainingData } from '../data/data.ts';
import { Mt64 } from '../numbers/mt19937.ts';
import { shuffle } from '../numbers/std-random.ts';
import { concordance } from '../report/concordance.ts';
import { SplitSearch } from '../search/search.ts';
import type { Criterion, TrainSettings } from '../settings.ts';
import { inbagSize } from './bootstrap.ts';
import { type GrownTree, TreeGrower } from './tree.ts';

/** Grows trees for as long as `take` gives places of trees, counted from 0; hands each to `give`. One call a thread. */
export function growTrees(
  data: TrainingData,
  settings: TrainSettings,
  take: () => number,
  give: (tree: GrownTree, at: number) => void,
): void {
  const random = new Mt64();
  const inbag = inbagSize(settings, data.rows);
  const isSorted = ['variance', 'gini', 'maxstat'].includes(settings.splitrule) && data.kind !== 'survival';
  const search = isSorted ? SplitSearch.open(data, inbag) : undefined;
  const samples = search?.samples ?? new Uint32Array(inbag);
  const grower = new TreeGrower(data, settings, random, criterionOf(data, settings, random, search), samples);
  for (let at = take(); at < settings.numTrees; at = take()) {
    const tree = grower.grow(at);
    const asksOob = settings.oobError || settings.importance === 'permutation';
    if (asksOob) tree.oobLeaves = tree.oob.map((row) => grower.leafOf(row));
    if (settings.importance === 'permutation') tree.permutation = permutationImportance(data, tree, grower);
    give(tree, at);
  }
}

function criterionOf(data: TrainingData, settings: TrainSettings, random: Mt64, search: SplitSearch | undefined): Criterion {
  const inbag = inbagSize(settings, data.rows);
  if (data.kind === 'regression') return new RegressionCriterion(data, settings, random, inbag, search);
  if (data.kind === 'survival') return new SurvivalCriterion(data, settings, random, inbag);
  const criterion = new ClassCriterion(data, settings, random, inbag, search);
  // Only a probability tree's leaves hold shares.
  return data.kind === 'probability' ? criterion : Object.assign(criterion, { leafShares: undefined });
}

/** The loss of accuracy out of the bag when a column's values are shuffled, for each column (0 where the tree has no split by it). */
function permutationImportance(data: TrainingData, tree: GrownTree, grower: TreeGrower): Float64Array {
  const losses = new Float64Array(data.columns);
  const used = new Set(tree.splitVarIds);
  const places = leafPlaces(tree);
  const accuracy = treeAccuracy(data, tree, tree.oobLeaves, places);
  // Each column's shuffle starts from the last one's, as ranger's does.
  const permuted = tree.oob.slice();
  for (let column = 0; column < data.columns; column += 1) {
    if (!used.has(column)) continue;
    shuffle(grower.random, permuted, 0, permuted.length);
    const leaves = tree.oob.map((row, at) => grower.leafOf(row, column, permuted[at]!));
    losses[column] = accuracy - treeAccuracy(data, tree, leaves, places);
  }
  return losses;
}

/** For each node its place among the leaves. */
export function leafPlaces({ left, right }: GrownTree): Uint32Array {
  const places = new Uint32Array(left.length);
  let leaves = 0;
  for (let node = 0; node < left.length; node += 1) {
    if (left[node] !== 0 || right[node] !== 0) continue;
    places[node] = leaves;
    leaves += 1;
  }
  return places;
}

/** A tree's accuracy out of the bag (computePredictionAccuracyInternal of src/Tree*.cpp). */
function treeAccuracy(data: TrainingData, tree: GrownTree, leaves: Uint32Array, places: Uint32Array): number {
  const { oob, splitValues, extras } = tree;
  if (data.kind === 'survival') {
    const width = data.times.length;
    const sums = Float64Array.from(leaves, (leaf) => {
      const start = places[leaf]! * width;
      return extras.subarray(start, start + width).reduce((sum, hazard) => sum + hazard, 0);
    });
    return concordance(data, sums, oob);
  }
  let error = 0;
  for (let at = 0; at < leaves.length; at += 1) {
    const leaf = leaves[at]!;
    const row = oob[at]!;
    if (data.kind === 'probability') {
      const share = extras[places[leaf]! * data.classValues.length + data.classIds[row]!]!;
      error += (1 - share) * (1 - share);
    } else {
      const difference = splitValues[leaf]! - data.y[row]!;
      error += data.kind === 'classification' ? Number(difference !== 0) : difference * difference;
    }
  }
  return 1 - error / leaves.length;
}
