import type { Forest } from '../forest.ts';
import { countBelow, type PackedForest } from '../packed.ts';
import { type Group, orderLeaves } from './mask-tables.ts';

/*
 * The masks of a few trees. Of all ranks of a feature those between two neighbouring thresholds of these very trees rule out
 * the same leaves: they are one class and share one row of masks. So a block of ten trees has a quarter of the rows, which fit
 * the processor's nearest cache.
 */

/** The rows of masks of a group's ranks, a mask of 64 bits a tree, and the number of the row that each rank has. */
export type Masks = { masks: Int32Array; rows: Int32Array };

/** A split of these trees: the place of its tree's mask in a row, the leaves that it rules out where it is failed. */
type Split = { threshold: number; word: number; first: number; end: number };

/** Trees `from` up to `to`, whose masks lie in rows of so many 32-bit words. */
export type Block = { from: number; to: number; words: number };

/** The masks of a block, group by group. `ranks` are all features'. */
export function blockMasks(forest: Forest, groups: Group[], ranks: number[], block: Block): Masks[] {
  const splits = splitsOf(forest, block);
  return groups.map(({ features }) => {
    let merged: Masks = { masks: new Int32Array(block.words).fill(-1), rows: new Int32Array(1) };
    for (const feature of features) {
      const [count, ofFeature] = [ranks[feature]!, splits[feature]];
      // A feature that no tree of the block asks for separates nothing: most features, where there are many.
      if (ofFeature) merged = mergeMasks(merged, classMasks(forest, feature, count, ofFeature, block.words), block.words);
      else if (count > 1) merged = { masks: merged.masks, rows: repeat(merged.rows, count) };
    }
    return merged;
  });
}

/** The splits of a block's trees by feature. */
function splitsOf(forest: Forest, { from, to }: Block): (Split[] | undefined)[] {
  const splits: (Split[] | undefined)[] = [];
  for (let tree = from; tree < to; tree += 1) {
    const word = 2 * (tree - from);
    const visit = (node: number, first: number, end: number) => {
      const feature = forest.feature[node]!;
      splits[feature] ??= [];
      splits[feature].push({ threshold: forest.threshold[node]!, word, first, end });
    };
    orderLeaves(forest, tree, () => undefined, visit);
  }
  return splits;
}

/** A feature's masks: the AND of the masks of all splits that a rank fails. */
function classMasks(forest: Forest, feature: number, ranks: number, splits: Split[], words: number): Masks {
  if (forest.partitioned[feature] === 1) return levelMasks(ranks, splits, words);
  const { cuts, cutStarts } = forest.packed as PackedForest;
  const [start, end] = [cutStarts[feature]!, cutStarts[feature + 1]!];
  // The first rank that fails. A threshold of NaN lets nothing through.
  const fails = splits.map(({ threshold }) => (Number.isNaN(threshold) ? 0 : countBelow(cuts, start, end, threshold) + 1));
  const rows = new Int32Array(ranks);
  for (const rank of fails) if (rank > 0) rows[rank] = 1;
  for (let rank = 1; rank < ranks; rank += 1) rows[rank] = rows[rank]! + rows[rank - 1]!;
  const masks = new Int32Array((rows[ranks - 1]! + 1) * words).fill(-1);
  splits.forEach((split, at) => {
    clear(masks, rows[fails[at]!]! * words, split);
  });
  // What a rank fails those above it fail too.
  for (let at = words; at < masks.length; at += 1) masks[at] = masks[at]! & masks[at - words]!;
  return { masks, rows };
}

/** The masks of a feature that is split by sets of levels: a row a level. */
function levelMasks(ranks: number, splits: Split[], words: number): Masks {
  const masks = new Int32Array(ranks * words).fill(-1);
  for (const split of splits) {
    const set = Math.floor(split.threshold);
    for (let level = 0; level + 1 < ranks; level += 1) if (Math.floor(set / 2 ** level) % 2 === 1) clear(masks, level * words, split);
  }
  return { masks, rows: Int32Array.from({ length: ranks }, (_, rank) => rank) };
}

/** Takes the leaves that a split rules out from its tree's mask in the row that begins at a place. */
function clear(masks: Int32Array, row: number, { word, first, end }: Split): void {
  for (let leaf = first; leaf < end; leaf += 1) {
    const at = row + word + (leaf >> 5);
    masks[at] = masks[at]! & ~(1 << (leaf & 31));
  }
}

function repeat(rows: Int32Array, times: number): Int32Array {
  const repeated = new Int32Array(rows.length * times);
  for (let at = 0; at < repeated.length; at += rows.length) repeated.set(rows, at);
  return repeated;
}

/** The masks of two features' ranks together: those of the first count up fastest. */
function mergeMasks(one: Masks, other: Masks, words: number): Masks {
  const count = one.masks.length / words;
  const masks = new Int32Array(count * other.masks.length);
  for (let at = 0; at < masks.length; at += 1) {
    const row = Math.floor(at / words);
    const left = one.masks[at % one.masks.length]!;
    masks[at] = left & other.masks[Math.floor(row / count) * words + (at % words)]!;
  }
  const rows = new Int32Array(one.rows.length * other.rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    const row = one.rows[at % one.rows.length]!;
    rows[at] = row + count * other.rows[Math.floor(at / one.rows.length)]!;
  }
  return { masks, rows };
}
