import type { Forest } from '../forest.ts';
import { isInner, type PackedForest, rankBits } from '../packed.ts';
import type { Sums } from './kernel.ts';
import type { WalkTable } from './walk-table.ts';

/*
 * The nodes of a forest as chain.ts walks them: tree after tree, siblings side by side. A node is a word of 32 bits:
 *
 *   an inner node   its feature; the place of its threshold, from 1; how many nodes on its left child lies
 *   a leaf          the highest bit; its number within its tree; how many nodes on the next tree's root lies
 *
 * So a row that is in a leaf goes on at once in the next tree. Behind a block of trees lies a gate, an inner node whose left child is
 * itself, and whose right child so is the next block's first root. It splits a feature of its own: rows that go through a block
 * together are made to wait there for each other, a row that goes through all blocks is made to pass. The last gate is followed by a
 * node that nothing leaves. Behind the nodes lie the numbers of the leaves.
 */

/** Trees `from` up to `to`, whose nodes stay in a cache together, and where in the table their nodes start and their gate lies. */
export type Block = { from: number; to: number; start: number; gate: number };

/**
 * Where the parts lie: how many low bits of a word lie below its feature and below its place, the feature of gates, where in the table
 * each tree starts and where the leaves lie (in bytes), how many bytes the table has.
 */
export type Layout = {
  featureAt: number;
  placeAt: number;
  gate: number;
  blocks: Block[];
  roots: Uint32Array;
  leavesAt: number;
  end: number;
};

/** Bytes of nodes of a block: a part of the second cache. */
const BLOCK_BYTES = 2 ** 18;
/** Most bytes of a table. */
const MAX_TABLE_BYTES = 2 ** 30;
/** Bytes of a node. */
const NODE = 4;
export const PAGE = 65_536;
/** The highest bit of a node's key: the node is a leaf. */
export const LEAF = 2 ** 31;

/** The layout of a forest's nodes; undefined where a leaf is more than a number, a feature's splits are sets of levels, or a node does not fit into 32 bits. */
export function layoutOf(forest: Forest, { isVote, isFloat }: Sums): Layout | undefined {
  const { roots, packed, partitioned, leaves, width } = forest;
  if (!packed || isVote || width > 1 || partitioned.includes(1)) return undefined;
  let largest = 0;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) largest = Math.max(largest, roots[tree + 1]! - roots[tree]!);
  const gate = partitioned.length;
  // The highest bit is that of leaves; one number more is the last node's feature.
  const featureAt = Math.clz32(gate + 1) - 1;
  const placeAt = 32 - Math.clz32(largest);
  // The places of thresholds are from 1, a row's may be one more; a tree has at most (largest + 1) / 2 leaves.
  const places = Math.max(mostCuts(packed) + 2, (largest + 1) / 2);
  if (placeAt >= featureAt || places > 2 ** (featureAt - placeAt)) return undefined;
  const placed = placeTrees(forest);
  const leavesAt = Math.ceil(placed.end / 8) * 8;
  const end = leavesAt + leaves.length * (isFloat ? 4 : 8);
  return end <= MAX_TABLE_BYTES ? { ...placed, featureAt, placeAt, gate, leavesAt, end } : undefined;
}

function mostCuts({ cutStarts }: PackedForest): number {
  let most = 0;
  for (let feature = 0; feature + 1 < cutStarts.length; feature += 1) most = Math.max(most, cutStarts[feature + 1]! - cutStarts[feature]!);
  return most;
}

/** Where the trees start in a table, block by block, each with its gate, and where the last node ends. */
function placeTrees({ roots }: Forest): { blocks: Block[]; roots: Uint32Array; end: number } {
  const blocks: Block[] = [];
  const places = new Uint32Array(roots.length - 1);
  let at = 0;
  for (let from = 0; from < places.length; ) {
    const start = at;
    let to = from;
    do {
      places[to] = at;
      at += (roots[to + 1]! - roots[to]!) * NODE;
      to += 1;
    } while (to < places.length && at - start + (roots[to + 1]! - roots[to]!) * NODE <= BLOCK_BYTES);
    blocks.push({ from, to, start, gate: at });
    at += NODE;
    from = to;
  }
  return { blocks, roots: places, end: at + NODE };
}

/** The table of a forest that has such a layout. Throws a RangeError where there is no room for it. */
export function chainTable(forest: Forest, layout: Layout, { isFloat }: Sums): WalkTable {
  const { featureAt, placeAt, gate, blocks, leavesAt } = layout;
  const pages = Math.ceil(layout.end / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const words = new Uint32Array(memory.buffer);
  let split = 0;
  // A call a tree, so that what the engine compiles meanwhile is used from the next tree on: a start waits for this.
  for (let tree = 0; tree < layout.roots.length; tree += 1) split = writeTree(forest, layout, words, tree, split);
  for (const block of blocks) words[block.gate / NODE] = gate * 2 ** featureAt;
  // Keys are at most as great as the last node's: it is no leaf, and a row's key of it is 0.
  words[blocks[blocks.length - 1]!.gate / NODE + 1] = LEAF - 2 ** placeAt;
  new (isFloat ? Float32Array : Float64Array)(memory.buffer, leavesAt, forest.leaves.length).set(forest.leaves);
  return memory;
}

/** Writes the nodes of one tree, whose first split is `split`; gives the next tree's. */
function writeTree({ roots, packed, partitioned }: Forest, layout: Layout, words: Uint32Array, tree: number, split: number): number {
  const { inner, splits } = packed as PackedForest;
  const { featureAt, placeAt } = layout;
  const bits = rankBits(partitioned.length);
  const rank = 2 ** bits - 1;
  const [root, end] = [roots[tree]!, roots[tree + 1]!];
  const start = layout.roots[tree]! / NODE - root;
  let [next, leaf, at] = [root + 1, 0, split];
  for (let node = root; node < end; node += 1) {
    if (isInner(inner, node)) {
      const packed = splits[at]!;
      // By shifts, not powers: most of it runs before anything is compiled.
      words[start + node] = ((packed >>> bits) << featureAt) | ((packed & rank) << placeAt) | (next - node);
      next += 2;
      at += 1;
    } else {
      words[start + node] = LEAF | (leaf << placeAt) | (end - node);
      leaf += 1;
    }
  }
  return at;
}
