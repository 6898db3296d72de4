import { type Forest, treeCount } from '../forest.ts';
import { isInner, type PackedForest, rankBits } from '../packed.ts';
import type { Sums } from './kernel.ts';
import type { WidePlan } from './wide-leaves.ts';
import { WIDES } from './wides.ts';

/*
 * The nodes of a forest as walk.ts and walk-trees.ts walk them, tree after tree. A slot has 8 bytes: a node, or a number of a leaf.
 *
 *   low word    an inner node's key (a split of the packed forest); of a leaf where its numbers lie, in slots from the tree's root, below
 *               a feature that is none
 *   high word   how many bytes on the left child lies; 0 for a leaf. Siblings lie side by side.
 *
 * The top of a tree lies level by level in one page of memory. Whatever lies below a pair of siblings there lies together: what is below
 * the left one first, and a leaf's numbers where its children would be. So a row's way through a tree touches some three pages. Where a
 * whole tree lies level by level, as the artifact has it, each step below the tenth touches a page of its own, and the leaf's number
 * another one: on a large forest the processor then waits for addresses of pages longer than for the nodes.
 *
 * Measured: 2026-11-29, Node 24.21, 2 busy cores, the bench's large forest in turns with the order of the artifact: one row and ten take half
 * the time, a hundred the same, a thousand nine tenths.
 *
 * Wide leaves (wide-leaves.ts) lie behind the nodes; a leaf's word then has its number in the forest.
 */

/** The table, in memory that threads can share. */
export type WalkTable = WebAssembly.Memory;
/** Where each tree's root lies, in slots, and where the last tree ends; how many numbers of each leaf lie in the tree; the wide leaves. */
export type WalkLayout = { starts: Uint32Array; values: number; wide: WidePlan | undefined };
/** What a walk has to know of the sums. */
export type Summed = Omit<Sums, 'outputs'>;
/** Where a tree is written: its place in the forest, its first split, and of each of its nodes the slot and how many slots lie below. */
type Written = { tree: number; split: number; at: Uint32Array; below: Uint32Array };

const SLOT = 8;
/** Most bytes of a table of nodes. */
const MAX_TABLE_BYTES = 2 ** 30;
/** Nodes at the top of a tree that lie level by level: eight bytes each, a page. An odd number, or siblings were parted. */
const TOP = 511;
export const PAGE = 65_536;

/** The layout; undefined where a feature's splits are sets of levels, leaves have too great numbers or all would take too much memory. */
export function walkLayout(forest: Forest, summed: Summed): WalkLayout | undefined {
  const { roots, packed, partitioned, leaves } = forest;
  const trees = treeCount(forest);
  const count = roots[trees]!;
  if (!packed || partitioned.includes(1)) return undefined;
  const wide = WIDES[0]?.plan(forest, summed, count * SLOT);
  const values = wide ? 0 : forest.width;
  if (count * SLOT + (wide ? 0 : leaves.byteLength) > MAX_TABLE_BYTES) return undefined;
  // A tree of n nodes has (n + 1) / 2 leaves.
  const starts = roots.map((root, tree) => root + (values * (root + tree)) / 2);
  const numbers = wide
    ? count - packed.splits.length
    : starts.reduce((most, start, at) => Math.max(most, start - (starts[at - 1] ?? 0)), 0);
  return numbers > 2 ** rankBits(partitioned.length) ? undefined : { starts, values, wide };
}

/** The table of a forest that has such a layout. Throws a RangeError where there is no room for it. */
export function walkTable(forest: Forest, { starts, values, wide }: WalkLayout): WalkTable {
  const { roots } = forest;
  const pages = Math.ceil((wide?.end ?? starts[starts.length - 1]! * SLOT) / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  if (wide) WIDES[0]?.fill(forest, wide, memory.buffer);
  const slots = { words: new Uint32Array(memory.buffer), doubles: new Float64Array(memory.buffer) };
  const largest = roots.reduce((most, root, at) => Math.max(most, root - (roots[at - 1] ?? 0)), 0);
  const written: Written = { tree: 0, split: 0, at: new Uint32Array(largest), below: new Uint32Array(largest) };
  // A call a tree, so that what the engine compiles meanwhile is used from the next tree on: a start waits for this.
  for (; written.tree < treeCount(forest); written.tree += 1) {
    countSlots(forest, written, values);
    writeTree(forest, written, starts[written.tree]!, values, slots);
  }
  return memory;
}

/** Counts the slots below each node of a tree. */
function countSlots({ roots, packed }: Forest, { tree, below }: Written, values: number): void {
  const { inner } = packed as PackedForest;
  const root = roots[tree]!;
  const count = roots[tree + 1]! - root;
  // The children of the tree's inner node number i are its nodes 2i + 1 and 2i + 2: counted from the last inner node back.
  let child = count - 2;
  for (let node = count - 1; node >= 0; node -= 1) {
    if (!isInner(inner, root + node)) below[node] = values;
    else {
      below[node] = 2 + below[child]! + below[child + 1]!;
      child -= 2;
    }
  }
}

type Slots = { words: Uint32Array; doubles: Float64Array };

/** Writes a tree's nodes, and the numbers of its leaves where these lie in it, from a slot on. */
function writeTree({ roots, packed, partitioned, leaves }: Forest, of: Written, start: number, values: number, { words, doubles }: Slots) {
  const { inner, splits } = packed as PackedForest;
  const { at, below } = of;
  const bits = rankBits(partitioned.length);
  const firstLeaf = (2 ** (32 - bits) - 1) * 2 ** bits;
  const root = roots[of.tree]!;
  const count = roots[of.tree + 1]! - root;
  const top = Math.min(count, TOP);
  for (let node = 0; node < top; node += 1) at[node] = node;
  let [end, child, split] = [top, 1, of.split];
  for (let node = 0; node < count; node += 1) {
    const place = at[node]!;
    const word = 2 * (start + place);
    const isOfTop = node < TOP;
    // Below the top a sibling follows its sibling, and behind both follows what lies below the left one.
    let own = (node & 1) === 1 ? place + 2 : place + 1 + below[node - 1]!;
    if (!isInner(inner, root + node)) {
      const leaf = root + node - split;
      if (isOfTop) {
        own = end;
        end += values;
      }
      words[word] = firstLeaf + (values > 0 ? own : leaf);
      for (let k = 0; k < values; k += 1) doubles[start + own + k] = leaves[leaf * values + k]!;
      continue;
    }
    if (isOfTop && child < TOP) own = child;
    else if (isOfTop) {
      own = end;
      end += below[node]!;
    }
    words[word] = splits[split]!;
    words[word + 1] = (own - place) * SLOT;
    at[child] = own;
    at[child + 1] = own + 1;
    child += 2;
    split += 1;
  }
  of.split = split;
}
