import type { Schema } from './features.ts';
import { type Forest, treeCount } from './forest.ts';
import { featureMasks, type Group, leafDoubles, mergeMasks, mostLeaves, orderLeaves } from './mask-tables.ts';

/* Where the kernel of masks (kernel-masks.ts) has what in its memory, and what it has there. */

/** Rows a call of the kernel computes: as many as make up for fetching all tables. */
export const CHUNK = 2_048;
/**
 * Most trees of a block, whose masks are looked up for all rows of a call before those of the next: so few that their tables
 * stay in the cache, so many that one row alone finds what it needs side by side.
 */
const MOST_TREES = 32;
export const PAGE = 65_536;

/**
 * Where everything lies in the kernel's memory, in bytes. The tables come block by block of trees, in it group by group
 * (`groups` says where) and rank by rank.
 */
export type Plan = {
  blocks: number;
  /** Trees a block: an even number. */
  trees: number;
  groups: number[];
  /** Bytes of a block's tables. */
  block: number;
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
  const starts = groups.map((group) => take(group.ranks * trees * 8));
  const block = end;
  take((blocks - 1) * block);
  const leaves = take(blocks * trees * leafStride);
  const addresses = take(CHUNK * groups.length * 4);
  const sums = take(CHUNK * outputs * 8);
  return { blocks, trees, groups: starts, block, leaves, leafStride, addresses, sums, end };
}

/** Writes the masks of each group. */
export function fillMasks(forest: Forest, memory: WebAssembly.Memory, plan: Plan, groups: Group[], ranks: number[]): void {
  const words = plan.blocks * plan.trees * 2;
  const masks = featureMasks(forest, ranks, words);
  const tables = new Int32Array(memory.buffer, 0, (plan.blocks * plan.block) / 4);
  groups.forEach((group, at) => {
    for (let block = 0; block < plan.blocks; block += 1) {
      const start = (block * plan.block + (plan.groups[at] as number)) / 4;
      const own = tables.subarray(start, start + group.ranks * plan.trees * 2);
      mergeMasks(own, group, ranks, masks, words, block * plan.trees * 2);
    }
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
