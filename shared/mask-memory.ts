import type { Schema } from './features.ts';
import { type Forest, treeCount } from './forest.ts';
import { featureMasks, type Group, leafDoubles, mergeMasks, mostLeaves, orderLeaves } from './mask-tables.ts';

/* Where the kernel of masks (kernel-masks.ts) has what in its memory, and what it has there. */

/** Rows a call of the kernel computes: as many as make up for fetching all tables. */
export const CHUNK = 2_048;
/**
 * Most trees of a block, whose masks are looked up for all rows of a call before those of the next: so few that their tables
 * stay in the cache, so many that a row's addresses and sums are not fetched for little.
 */
const MOST_TREES = 32;
/** Bytes of a page of WebAssembly's memory. */
export const PAGE = 65_536;
/** Bytes between two ranks' masks that are in use by none: without them a block's masks would fall on few sets of the cache. */
const GAP = 64;

/** Where everything lies in the kernel's memory, in bytes; `groups` are the tables, and `stride` is that of a rank. */
export type Plan = {
  /** How many blocks of trees. */
  blocks: number;
  /** Trees a block: an even number. */
  trees: number;
  groups: number[];
  stride: number;
  leaves: number;
  leafStride: number;
  addresses: number;
  sums: number;
  end: number;
};

/** Places everything, each part at a multiple of 16 bytes. */
export function layOut(forest: Forest, groups: Group[], outputs: number): Plan {
  const blocks = Math.ceil(treeCount(forest) / MOST_TREES);
  const trees = Math.ceil(treeCount(forest) / blocks / 2) * 2;
  const leafStride = mostLeaves(forest) * outputs * 8;
  let end = 0;
  const take = (bytes: number) => {
    const start = end;
    end += Math.ceil(bytes / 16) * 16;
    return start;
  };
  const stride = blocks * trees * 8 + GAP;
  const starts = groups.map((group) => take(group.ranks * stride));
  const leaves = take(blocks * trees * leafStride);
  const addresses = take(CHUNK * groups.length * 4);
  const sums = take(CHUNK * outputs * 8);
  return { blocks, trees, groups: starts, stride, leaves, leafStride, addresses, sums, end };
}

/** Writes the masks of each group. */
export function fillMasks(forest: Forest, memory: WebAssembly.Memory, plan: Plan, groups: Group[], ranks: number[]): void {
  const words = plan.stride / 4;
  const masks = featureMasks(forest, ranks, words);
  groups.forEach((group, at) => {
    mergeMasks(new Int32Array(memory.buffer, plan.groups[at], group.ranks * words), group, ranks, masks, words);
  });
}

/** Writes the leaves of each tree, left to right. */
export function fillLeaves(schema: Schema, forest: Forest, memory: WebAssembly.Memory, plan: Plan, outputs: number): void {
  // Beyond the last tree -0, which adds nothing to any number.
  const table = new Float64Array(memory.buffer, plan.leaves, (plan.blocks * plan.trees * plan.leafStride) / 8).fill(-0);
  for (let tree = 0; tree < treeCount(forest); tree += 1) {
    orderLeaves(forest, tree, (node, place) => {
      table.set(leafDoubles(schema, forest, forest.right[node] as number, outputs), (tree * plan.leafStride) / 8 + place * outputs);
    });
  }
}
