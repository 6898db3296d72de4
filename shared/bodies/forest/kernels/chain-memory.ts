import type { Forest } from '../forest.ts';
import type { Added, Lanes, Part } from './chain-code.ts';
import { type Block, type Layout, PAGE } from './chain-table.ts';
import type { Sums } from './kernel.ts';

/** Rows that go down the trees in step: their places and lists are near what a processor's registers hold. */
export const LANES = 8;
/** Parts of the trees that one row goes through in step; it waits more for memory, so that a few more pay. */
const PARTS = 12;
/** Steps between two looks at whether all are over; fewer for a row alone, whose first answer waits until its code is compiled. */
const [STEPS, STEPS_OF_PARTS] = [4, 2];
/** Bytes of a slot of lists, a word a walk: a power of 2. */
const [SLOT, SLOT_OF_PARTS] = [LANES * 4, 64];
/** Bytes of the keys of rows that are ranked at once, and read in order: to have trees come from afar once for so many rows is worth more than the nearest cache. */
const KEY_BYTES = 2 ** 21;
/** Bytes of lists that are written before they are read. */
const LIST_BYTES = 2 ** 17;

/** What a kernel of chains has in its memory, and where. */
export type ChainMemory = {
  memory: WebAssembly.Memory;
  many: Lanes;
  alone: Lanes;
  added: Added;
  /** Rows that are ranked at once. */
  rows: number;
  /** The parts of the trees that a row alone goes through in step, so many trees each. */
  parts: Part[];
  partTrees: number;
  /** The keys of ranked rows, behind them those of a row alone; the sums of ranked rows. */
  keys: Uint32Array;
  sums: Float32Array | Float64Array;
};

/** Makes the memory of a kernel whose table has such a layout, and writes there where each tree's leaves lie in the table. */
export function openMemory(forest: Forest, layout: Layout, { isFloat }: Sums): ChainMemory {
  const { roots, blocks, featureAt, gate, leavesAt } = layout;
  const trees = roots.length;
  const partTrees = Math.ceil(trees / PARTS);
  const parts = partsOf(trees, partTrees);
  const keyStride = (2 ** (31 - featureAt) + 1) * 4;
  const rows = Math.max(1, Math.floor(KEY_BYTES / (keyStride * LANES))) * LANES;
  const bytes = isFloat ? 4 : 8;
  // A walk that waits at a gate lists its word again and again, in the first slot behind its own; a row alone may list a word of every tree.
  const slots = Math.max(...blocks.map((block) => groupsOf(block) * (block.to - block.from)));
  const listBytes = Math.max((slots + 1) * SLOT, (trees + 1) * SLOT_OF_PARTS);
  const sums = 0;
  const starts = rows * bytes;
  const keys = starts + trees * 4;
  const alone = keys + rows * keyStride;
  const words = alone + keyStride;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((words + listBytes) / PAGE) });
  const { buffer } = memory;
  // Of a tree's nodes one more are leaves than are inner nodes.
  new Uint32Array(buffer, starts, trees).set(forest.roots.slice(0, trees).map((root, tree) => leavesAt + ((root + tree) / 2) * bytes));
  // A row alone passes gates.
  new Uint32Array(buffer, alone, keyStride / 4)[gate] = 2 ** 32 - 1;
  return {
    ...{ memory, rows, parts, partTrees },
    many: { lanes: LANES, steps: STEPS, keys, keyStride, words, slot: SLOT },
    alone: { lanes: PARTS, steps: STEPS_OF_PARTS, keys: alone, keyStride, words, slot: SLOT_OF_PARTS },
    added: { starts, sums, isFloat },
    keys: new Uint32Array(buffer, keys, ((rows + 1) * keyStride) / 4),
    sums: new (isFloat ? Float32Array : Float64Array)(buffer, sums, rows),
  };
}

/** How many groups of rows go through a block before their lists are read. */
export function groupsOf({ from, to }: Block): number {
  return Math.max(1, Math.floor(LIST_BYTES / ((to - from) * SLOT)));
}

/** All parts have as many trees, though the trees may not come out even: the last parts start earlier then, with trees of others. */
function partsOf(trees: number, each: number): Part[] {
  return Array.from({ length: PARTS }, (_, part) => {
    const [from, to] = [Math.min(part * each, trees), Math.min((part + 1) * each, trees)];
    return { start: Math.min(from, trees - each), from, to };
  });
}
