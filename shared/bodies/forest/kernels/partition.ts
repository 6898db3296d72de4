import * as w from '../../../wasm/assembler.ts';
import type { Forest } from '../forest.ts';
import type { PackedForest } from '../packed.ts';
import { type Areas, ENTRY, type NodeCode, partitionCode } from './partition-code.ts';
import { RANKED, rankManyCode } from './rank-many.ts';
import { PAGE, type WalkTable } from './walk-table.ts';

/*
 * Many rows go down a tree together, as they did when it was grown: the rows of a node, a list of their numbers, are parted into those of its
 * left and those of its right child, until they are in leaves. A row costs a node nine instructions, none of which waits for the one
 * before and none of which has to be guessed: a row is written at both ends of what is free in the other list, and the lower end moves on; the upper one is
 * that and the rows left. A node costs some 30 cycles, whatever its rows are, so that there must be more rows than nodes. Children without rows are not met.
 *
 * There are two lists: the children of a node in the one lie in the other, in the same bounds. The left child comes next, the right one waits on a
 * stack. The nodes are those of the kernel that answers fewer rows (chain.ts, walk.ts). Values are ranked first, a column a feature (rank-many.ts).
 *
 * Why: a row that walks waits for each node until it has the one before, and the steps of a walk take more than twice as many instructions.
 * Measured: 2026-11-30, Node 24.21, 2 busy cores, 10,000 rows of the bench's forests of 100 trees (`npm run bench -- speed --only growth`): 0.53, 0.93, 0.88
 * and 1.83 us a row for depth-8, depth-12, rows-1000 and rows-5000, of which the ranks take 0.12 to 0.21; 1.65, 2.6, 2.5 and 3.6 by chain.ts with ranks by
 * countBelow. What is left is the rows' instructions: fewer nodes do not pay. Subtrees of up to four leaves in one visit, and a leaf's number added while its
 * sibling's rows are moved, left 54 of 100 visits and the same time at 10,000 rows, since a row then takes more instructions than it saves.
 * Delete when: chain.ts takes at most 1.2 times as long.
 */

/** Most rows at once: twice a row's number has two bytes in a list. */
const MOST_ROWS = 2 ** 14;
/** Most bytes of ranks: as the second cache has. */
const RANK_BYTES = 2 ** 20;
/** Bytes of values that are ranked at once. */
const VALUE_BYTES = 2 ** 16;
/** Fewer rows than this, or than so many for each leaf of a tree, walk. */
const [LEAST_ROWS, ROWS_A_LEAF] = [512, 2];

/** The table of nodes, how it is read, where in it each tree starts and where its leaves' first number lies. */
export type Nodes = { table: WalkTable; code: NodeCode; roots: ArrayLike<number>; numbers: ArrayLike<number> };
/**
 * What answers many rows: the fewest that it is for, the bytes that it takes at the first ones, and what adds up what the rows' leaves hold, into
 * sums that come as zeros. That is false, and the sums are as they came, where there is no room for it.
 */
export type Partition = { least: number; bytes: number; sum(rows: Float64Array, sums: Float64Array): boolean };

/** How many rows there are at once and how many of them are ranked at once; where thresholds and values lie, and how many pages all takes. */
type Plan = Areas & { rows: number; ranked: number; cuts: number; values: number; pages: number };

/**
 * What sends many rows down the trees of a packed forest whose leaves are one number each, without sets of levels, and adds these numbers up,
 * rounded to 32 bits where `isFloat` says so.
 */
export function partitionOf(forest: Forest, nodes: Nodes, isFloat: boolean): Partition {
  const plan = planOf(forest, isFloat ? 4 : 8);
  const leaves = forest.leaves.length / nodes.roots.length;
  const enough = Math.max(LEAST_ROWS, ROWS_A_LEAF * leaves);
  // Where there are very many features too few rows have room for their ranks at once.
  const least = enough <= plan.rows ? enough : Number.POSITIVE_INFINITY;
  let add: Add | undefined;
  let hasRoom = true;
  const sum: Partition['sum'] = (rows, sums) => {
    try {
      if (hasRoom) add ??= openPartition(forest, nodes, plan);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      hasRoom = false;
    }
    add?.(rows, sums);
    return hasRoom;
  };
  return { least, bytes: least === Number.POSITIVE_INFINITY ? 0 : plan.pages * PAGE, sum };
}

function planOf({ packed, roots, partitioned }: Forest, sumBytes: 4 | 8): Plan {
  const { cuts, cutStarts } = packed as PackedForest;
  const features = partitioned.length;
  const most = largestStep(cutStarts);
  const rankBytes = most < 2 ** 16 ? 2 : 4;
  const rows = Math.min(MOST_ROWS, Math.floor(RANK_BYTES / (features * rankBytes * RANKED)) * RANKED);
  const apart = 2 ** Math.ceil(Math.log2((rows + 1) * 2));
  const stack = 2 * apart;
  // Each entry of the stack has a row, and is a node of its own on the way from the root.
  const sums = stack + Math.min(largestStep(roots), rows) * ENTRY + ENTRY;
  const ranks = sums + rows * sumBytes;
  const column = rows * rankBytes;
  const at = Math.ceil((ranks + features * column) / 8) * 8;
  const values = at + cuts.byteLength;
  const ranked = Math.max(RANKED, Math.floor(VALUE_BYTES / (features * 8 * RANKED)) * RANKED);
  const pages = Math.ceil((values + (ranked + RANKED) * features * 8) / PAGE);
  return { apart, stack, sums, ranks, column, rankBytes, sumBytes, rows, ranked, cuts: at, values, pages };
}

/** The largest difference of two neighbours. */
function largestStep(places: Uint32Array): number {
  return places.reduce((most, place, at) => Math.max(most, place - (places[at - 1] ?? 0)), 0);
}

type Add = (rows: Float64Array, sums: Float64Array) => void;

function openPartition(forest: Forest, { table, code, roots, numbers }: Nodes, plan: Plan): Add {
  const features = forest.partitioned.length;
  const { pages } = plan;
  const memory = new WebAssembly.Memory({ initial: pages });
  const { buffer } = memory;
  const { partition, rank } = w.instantiate(
    [partitionCode(code, plan), rankManyCode(features * 8, plan.rankBytes)],
    [
      { memory, pages, shared: false },
      { memory: table, pages: table.buffer.byteLength / PAGE, shared: true },
    ],
  );
  const rankRows = openRanks(forest, plan, buffer, rank as Rank);
  const list = new Uint16Array(buffer, 0, plan.rows);
  const inOrder = Uint16Array.from(list, (_, at) => at * 2);
  const added = new (plan.sumBytes === 4 ? Float32Array : Float64Array)(buffer, plan.sums, plan.rows);
  return (rows, sums) => {
    const count = rows.length / features;
    const most = Math.ceil(count / Math.ceil(count / plan.rows));
    for (let from = 0; from < count; from += most) {
      const size = Math.min(most, count - from);
      rankRows(rows.subarray(from * features, (from + size) * features));
      added.fill(0, 0, size);
      for (let tree = 0; tree < roots.length; tree += 1) {
        list.set(inOrder.subarray(0, size));
        partition?.(roots[tree]!, size, numbers[tree]!);
      }
      sums.set(added.subarray(0, size), from);
    }
  };
}

type Rank = (value: number, end: number, cuts: number, count: number, out: number) => void;

/** What writes the ranks of rows, some at a time, so that their values stay in a near cache. */
function openRanks({ packed, partitioned }: Forest, plan: Plan, buffer: ArrayBuffer, rank: Rank): (rows: Float64Array) => void {
  const { cuts, cutStarts } = packed as PackedForest;
  new Float64Array(buffer, plan.cuts, cuts.length).set(cuts);
  const values = new Float64Array(buffer, plan.values, plan.ranked * partitioned.length);
  return (rows) => {
    for (let at = 0, out = plan.ranks; at < rows.length; at += values.length, out += plan.ranked * plan.rankBytes) {
      const given = rows.subarray(at, at + values.length);
      values.set(given);
      for (let feature = 0; feature < partitioned.length; feature += 1) {
        const [start, count] = [cutStarts[feature]!, cutStarts[feature + 1]! - cutStarts[feature]!];
        const value = plan.values + feature * 8;
        // A feature without thresholds sends nobody left or right but by NaN, which needs no rank.
        if (count > 0) rank(value, plan.values + given.byteLength, plan.cuts + start * 8, count, out + feature * plan.column);
      }
    }
  };
}
