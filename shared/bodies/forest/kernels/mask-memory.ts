import { type Forest, treeCount } from '../forest.ts';
import type { PackedForest } from '../packed.ts';
import type { Sums } from './kernel.ts';
import { blockMasks } from './mask-blocks.ts';
import { countRanks, type Group, groupFeatures, leafTable, mostLeaves } from './mask-tables.ts';
import type { Ranked } from './rank-code.ts';
import { rankIndex } from './rank-index.ts';

/* Where the kernel of masks (kernel-masks.ts) has what in its memory, and what it has there. */

/** Most trees of a block: so few that their masks stay in the nearest cache, so many that a row's addresses are not fetched for little. */
const MOST_TREES = 12;
/** Most rows a call of the kernel computes, as many as make up for fetching the tables; fewer where rows have many values. */
const MOST_ROWS = 2_048;
const MOST_VALUES = 2 ** 15;
/** Everything lies at a multiple of a cache's line. */
const LINE = 64;
/** Bytes of a page of WebAssembly's memory. */
export const PAGE = 65_536;

/** What the kernel's code has to know. Places are in bytes. */
export type Plan = {
  outputs: number;
  /** Bytes of a sum, and of each number in a leaf: 4 where additions are rounded to 32 bits. */
  bytes: 4 | 8;
  blocks: number;
  /** Trees a block: an even number. */
  trees: number;
  /** Rows a call. */
  chunk: number;
  groups: Group[];
  features: Ranked[];
  /** The place of the masks of each rank of each group (`slots` of them, in the groups' order) in each block: block by block. */
  rows: number;
  slots: number;
  /** The same rank by rank: a row that comes alone finds its places side by side. */
  columns: number;
  leaves: number;
  leafStride: number;
  /** A call's rows, and of the row under way the buckets. */
  values: number;
  buckets: number;
  /** For each row of a call and each group the place in the first block's rows. */
  addresses: number;
  sums: number;
  end: number;
  /** What is to be written there beforehand. */
  contents: { at: number; content: Int32Array | Float64Array | Float32Array }[];
};

/** Groups that cost as much as a node that is walked to: a row meets each group once a tree, but only the nodes on its way. */
const GROUPS_A_NODE = 8;

/** Makes all tables and places them; undefined where they take more than `most` bytes, or where there are so many groups that a walk is quicker. */
export function planMasks(forest: Forest, summed: Sums, most: number): Plan | undefined {
  const { outputs } = summed;
  const bytes = summed.isFloat ? 4 : 8;
  const ranks = countRanks(forest);
  const leavesEach = forest.roots[treeCount(forest)]! / treeCount(forest) / 2 + 1;
  const groups = groupFeatures(ranks, Math.ceil(GROUPS_A_NODE * Math.log2(leavesEach)));
  if (!groups) return undefined;
  const blocks = Math.ceil(treeCount(forest) / MOST_TREES);
  const trees = Math.ceil(treeCount(forest) / blocks / 2) * 2;
  const slots = groups.reduce((sum, group) => sum + group.ranks, 0);
  if (blocks * slots * 4 > most) return undefined;
  const { contents, take, put, taken } = openMemory();
  const rows = new Int32Array(blocks * slots);
  const place = put(rows);
  const features = ranks.map((count, feature) => placeIndex(forest, feature, count, put));
  const before = taken();
  for (let block = 0; block < blocks; block += 1) {
    const [from, to] = [block * trees, Math.min((block + 1) * trees, treeCount(forest))];
    let slot = block * slots;
    for (const group of blockMasks(forest, groups, ranks, { from, to, words: 2 * trees })) {
      const start = put(group.masks);
      for (const row of group.rows) {
        rows[slot] = start + row * trees * 8;
        slot += 1;
      }
    }
    // As large as those made so far the others will be too.
    if (taken() > most || ((taken() - before) * blocks) / (block + 1) > 2 * most) return undefined;
  }
  const columns = put(rows.map((_, at) => rows[(at % blocks) * slots + Math.floor(at / blocks)]!));
  const leafStride = mostLeaves(forest) * outputs;
  const leaves = put(leafTable(forest, summed, leafStride, blocks * trees));
  const chunk = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / ranks.length)));
  const places = {
    // Values are read two at a time, so that one behind the last is looked at.
    values: take((chunk * ranks.length + 1) * 8),
    buckets: take((ranks.length + 1) * 4),
    addresses: take(chunk * groups.length * 4),
    sums: take(chunk * outputs * bytes),
  };
  if (taken() > most) return undefined;
  return {
    outputs,
    bytes,
    blocks,
    trees,
    chunk,
    groups,
    features,
    rows: place,
    columns,
    slots,
    leaves,
    leafStride: leafStride * bytes,
    ...places,
    end: taken(),
    contents,
  };
}

function openMemory() {
  let end = 0;
  const contents: Plan['contents'] = [];
  const take = (bytes: number) => {
    const start = end;
    end += Math.ceil(bytes / LINE) * LINE;
    return start;
  };
  const put = (content: Int32Array | Float64Array | Float32Array) => {
    const at = take(content.byteLength);
    contents.push({ at, content });
    return at;
  };
  return { contents, take, put, taken: () => end };
}

/** What finds a feature's ranks. */
function placeIndex(
  { packed, partitioned }: Forest,
  feature: number,
  ranks: number,
  put: (content: Int32Array | Float64Array) => number,
): Ranked {
  if (partitioned[feature] === 1 || ranks === 1) return { ranks, firsts: 0, cuts: 0 };
  const { cuts, cutStarts } = packed as PackedForest;
  const index = rankIndex(cuts.subarray(cutStarts[feature], cutStarts[feature + 1]));
  return { ranks, index, firsts: put(index.firsts), cuts: put(index.cuts) };
}
