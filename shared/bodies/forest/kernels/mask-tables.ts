import { type Forest, treeCount } from '../forest.ts';
import type { PackedForest } from '../packed.ts';
import type { Sums } from './kernel.ts';

/** Most leaves of a tree: the bits of a word. */
export const WORD = 64;
/** Most ranks of a group of merged features: with more, their masks no longer fit the nearest cache. */
const MAX_GROUP_RANKS = 192;

/** A set of features whose ranks together, by mixed radix, name one row of masks. */
export type Group = { features: number[]; ranks: number };

/** How many ranks each feature has: one more than thresholds; of a partitioned one one more than levels in its sets. */
export function countRanks({ packed, partitioned }: Forest): number[] {
  const { cuts, cutStarts } = packed as PackedForest;
  return Array.from(partitioned, (isPartitioned, feature) => {
    const [start, end] = [cutStarts[feature]!, cutStarts[feature + 1]!];
    if (isPartitioned === 0) return end - start + 1;
    // The last rank is that of a value that is in no set.
    return start === end ? 1 : Math.floor(Math.log2(Math.max(cuts[end - 1]!, 1))) + 2;
  });
}

/**
 * Merges features of few ranks, the greatest first, each into the fullest group that still takes it. Undefined where there would be
 * more than `most` groups.
 */
export function groupFeatures(ranks: number[], most: number): Group[] | undefined {
  const groups: Group[] = [];
  const order = ranks.flatMap((count, feature) => (count > 1 ? [feature] : []));
  order.sort((a, b) => ranks[b]! - ranks[a]!);
  for (const feature of order) {
    const count = ranks[feature]!;
    let fullest: Group | undefined;
    for (const group of groups) {
      if (group.ranks * count <= MAX_GROUP_RANKS && group.ranks > (fullest?.ranks ?? 0)) fullest = group;
    }
    if (fullest) {
      fullest.features.push(feature);
      fullest.ranks *= count;
    } else if (groups.length === most) return undefined;
    else groups.push({ features: [feature], ranks: count });
  }
  // Those of one rank take no room in any: a threshold of NaN alone gives no rank, and yet has a mask.
  const single = ranks.flatMap((count, feature) => (count === 1 ? [feature] : []));
  if (groups[0]) groups[0].features = groups[0].features.concat(single);
  else groups.push({ features: single, ranks: 1 });
  return groups;
}

/** The greatest number of leaves of a tree: of n nodes in level order (n + 1) / 2 are leaves. */
export function mostLeaves({ roots }: Forest): number {
  let most = 0;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    most = Math.max(most, (roots[tree + 1]! - roots[tree]! + 1) / 2);
  }
  return most;
}

/** Meets the leaves of a tree from left to right, each with its place, and each inner node between its sides, with the leaves on its left. */
export function orderLeaves(
  { left, right, roots }: Forest,
  tree: number,
  leaf: (node: number, place: number) => void,
  visit: (node: number, first: number, end: number) => void = () => undefined,
): void {
  let next = 0;
  // Iterative, since a tree may be as deep as it has leaves: a node is met before and after its left side.
  const stack: [number, number][] = [[roots[tree]!, -1]];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [node, first] = top;
    if (left[node] === 0) {
      leaf(node, next);
      next += 1;
    } else if (first === -1) stack.push([node, next], [left[node]!, -1]);
    else {
      visit(node, first, next);
      stack.push([right[node]!, -1]);
    }
  }
}

/** What the leaves of all trees hold, left to right, `stride` numbers a tree; as many trees as the table has room for. */
export function leafTable(forest: Forest, sums: Sums, stride: number, trees: number): Float64Array | Float32Array {
  // Beyond the last tree -0, which adds nothing to any number.
  const table = new (sums.isFloat ? Float32Array : Float64Array)(trees * stride).fill(-0);
  for (let tree = 0; tree < treeCount(forest); tree += 1) {
    orderLeaves(forest, tree, (node, place) => {
      table.set(leafDoubles(forest, sums, forest.right[node]!), tree * stride + place * sums.outputs);
    });
  }
  return table;
}

/** What a leaf adds to a row's sums: its doubles or, where trees vote, 1 at the place of its class. */
function leafDoubles({ leaves, width }: Forest, { outputs, isVote }: Sums, leaf: number): Float64Array {
  if (!isVote) return leaves.subarray(leaf * width, (leaf + 1) * width);
  const vote = new Float64Array(outputs);
  vote[leaves[leaf]!] = 1;
  return vote;
}
