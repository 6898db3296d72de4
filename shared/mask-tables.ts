import type { Schema } from './features.ts';
import { type Forest, treeCount } from './forest.ts';
import { countBelow, type PackedForest } from './packed-forest.ts';

/** Most leaves of a tree: the bits of a word. */
export const WORD = 64;
/** Most ranks of a group of merged features: its table is to stay in the cache. */
const MAX_GROUP_RANKS = 192;

/** A set of features whose ranks together, by mixed radix, name one row of masks. */
export type Group = { features: number[]; ranks: number };

/** How many ranks each feature has: one more than thresholds; of a partitioned one one more than levels in its sets. */
export function countRanks({ packed, partitioned }: Forest): number[] {
  const { cuts, cutStarts } = packed as PackedForest;
  return Array.from(partitioned, (isPartitioned, feature) => {
    const [start, end] = [cutStarts[feature] as number, cutStarts[feature + 1] as number];
    if (isPartitioned === 0) return end - start + 1;
    // The last rank is that of a value that is in no set.
    return start === end ? 1 : Math.floor(Math.log2(Math.max(cuts[end - 1] as number, 1))) + 2;
  });
}

/** A level's rank among so many: its place; a missing one counts as the first (see hasLevel). */
export function levelRank(ranks: number, value: number): number {
  if (Number.isNaN(value)) return 0;
  const place = Math.floor(value) - 1;
  return place >= 0 && place < ranks ? place : ranks - 1;
}

/** Merges features of few ranks, the greatest first, each into the fullest group that still takes it. */
export function groupFeatures(ranks: number[]): Group[] {
  const groups: Group[] = [];
  // Also those of one rank: a threshold of NaN alone gives none, and yet has a mask.
  const order = ranks.map((_, feature) => feature);
  order.sort((a, b) => (ranks[b] as number) - (ranks[a] as number));
  for (const feature of order) {
    const own = ranks[feature] as number;
    const fitting = groups.filter((group) => group.ranks * own <= MAX_GROUP_RANKS).sort((a, b) => b.ranks - a.ranks)[0];
    if (fitting) {
      fitting.features.push(feature);
      fitting.ranks *= own;
    } else groups.push({ features: [feature], ranks: own });
  }
  return groups;
}

/** The greatest number of leaves of a tree: of n nodes in level order (n + 1) / 2 are leaves. */
export function mostLeaves({ roots }: Forest): number {
  let most = 0;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    most = Math.max(most, ((roots[tree + 1] as number) - (roots[tree] as number) + 1) / 2);
  }
  return most;
}

/**
 * For each feature, rank by rank and tree by tree, the AND of the masks of all nodes that the rank fails: two 32-bit words a
 * tree, `words` of them a rank.
 */
export function featureMasks(forest: Forest, ranks: number[], words: number): Int32Array[] {
  const tables = ranks.map((count) => new Int32Array(count * words).fill(-1));
  const { cuts, cutStarts } = forest.packed as PackedForest;
  for (let tree = 0; tree < treeCount(forest); tree += 1) {
    walkLeaves(forest, tree, (node, first, end) => {
      const feature = forest.feature[node] as number;
      const split = forest.threshold[node] as number;
      const put = (rank: number) => clear(tables[feature] as Int32Array, rank * words + 2 * tree, first, end);
      if (forest.partitioned[feature] === 1) {
        const count = ranks[feature] as number;
        for (let rank = 0; rank + 1 < count; rank += 1) if (Math.floor(Math.floor(split) / 2 ** rank) % 2 === 1) put(rank);
      } else {
        // At the first rank that fails; those above get it below. A threshold of NaN lets nothing through.
        const from = cutStarts[feature] as number;
        put(Number.isNaN(split) ? 0 : countBelow(cuts, from, cutStarts[feature + 1] as number, split) + 1);
      }
    });
  }
  tables.forEach((table, feature) => {
    if (forest.partitioned[feature] === 1) return;
    for (let at = words; at < table.length; at += 1) table[at] = (table[at] as number) & (table[at - words] as number);
  });
  return tables;
}

/** Takes the leaves from `first` up to `end` out of the two words at `at`. */
function clear(table: Int32Array, at: number, first: number, end: number): void {
  for (let leaf = first; leaf < end; leaf += 1) {
    const word = at + (leaf >> 5);
    table[word] = (table[word] as number) & ~(1 << (leaf & 31));
  }
}

/** Tells of each inner node of a tree the leaves on its left, from `first` up to `end`, counted from left to right. */
function walkLeaves(forest: Forest, tree: number, visit: (node: number, first: number, end: number) => void): void {
  orderLeaves(forest, tree, () => undefined, visit);
}

/** Meets the leaves of a tree from left to right, each with its place, and each inner node between its sides. */
export function orderLeaves(
  { left, right, roots }: Forest,
  tree: number,
  leaf: (node: number, place: number) => void,
  visit: (node: number, first: number, end: number) => void = () => undefined,
): void {
  let next = 0;
  // Iterative, since a tree may be as deep as it has leaves: a node is met before and after its left side.
  const stack: [number, number][] = [[roots[tree] as number, -1]];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [node, first] = top;
    if (left[node] === 0) {
      leaf(node, next);
      next += 1;
    } else if (first === -1) stack.push([node, next], [left[node] as number, -1]);
    else {
      visit(node, first, next);
      stack.push([right[node] as number, -1]);
    }
  }
}

/** Fills the table of a group's ranks with the AND of its features' masks, so many words a rank. */
export function mergeMasks(table: Int32Array, group: Group, ranks: number[], masks: Int32Array[], words: number): void {
  table.fill(-1);
  let factor = 1;
  for (const feature of group.features) {
    const count = ranks[feature] as number;
    const mask = masks[feature] as Int32Array;
    for (let rank = 0; rank < group.ranks; rank += 1) {
      const from = (Math.floor(rank / factor) % count) * words;
      const to = rank * words;
      for (let word = 0; word < words; word += 1) table[to + word] = (table[to + word] as number) & (mask[from + word] as number);
    }
    factor *= count;
  }
}

/** What a leaf adds to a row's sums: its doubles or, where trees vote, 1 at the place of its class. */
export function leafDoubles(schema: Schema, { leaves, width }: Forest, leaf: number, outputs: number): Float64Array {
  if (schema.kind !== 'classification') return leaves.subarray(leaf * width, (leaf + 1) * width);
  const vote = new Float64Array(outputs);
  vote[leaves[leaf] as number] = 1;
  return vote;
}
