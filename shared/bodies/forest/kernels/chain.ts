import * as w from '../../../wasm/assembler.ts';
import type { Forest } from '../forest.ts';
import type { PackedForest } from '../packed.ts';
import { addAloneCode, addManyCode, aloneCode, manyCode, nodeCode, touchCode } from './chain-code.ts';
import { type ChainMemory, groupsOf, LANES, openMemory } from './chain-memory.ts';
import { chainTable, type Layout, layoutOf, PAGE } from './chain-table.ts';
import type { Kernel, Sums } from './kernel.ts';
import { partitionOf } from './partition.ts';
import { type RankRow, rowRanker } from './rank-search.ts';
import type { WalkTable } from './walk-table.ts';

/*
 * Eight rows go down the trees in step, so that the wait for one row's node hides behind the others. A row does not wait in a leaf
 * for the other seven: it goes on in the root of the next tree, which the leaf names (chain-table.ts). So the rows spend as many
 * steps as their ways have together, not eight times the longest way of each tree, which is twice as many. Each step writes the
 * node's word to the row's list, and moves on in the list if it was a leaf, so that no branch has to be guessed. What the leaves
 * hold is added afterwards, in the order of the trees. A block of trees stays in a cache while many rows go through it.
 *
 * A row's values are ranked once: a value's key is its feature above its rank, and a node's key its feature above the place of its
 * threshold, so that one comparison of integers gives the side, with the same outcome as on the doubles themselves. A leaf's
 * feature has the least key in every row.
 *
 * A row that comes alone goes down twelve parts of the trees in step. Many rows are parted node by node (partition.ts).
 *
 * Why: trees of more than 64 leaves have no masks. Measured: 2026-11-29, Node 24.21, 2 cores, 1,000 boosted trees of 255 leaves by LightGBM and
 * by xgboost: one row 26.8 and 23.6 us, 60 and 102 by walk.ts; of 2,000 rows each 14.1 and 10.5 us, 19.3 and 20.6 by walk.ts.
 * Delete when: walk.ts takes at most 1.2 times as long.
 */

/** From so many rows on a block of trees is read in order before it is walked: that takes a tenth of the time that its nodes take one by one. */
const ROWS_TO_TOUCH = 16;
/** Fewer rows than this are walked one by one: a group of eight costs as much however few of them are asked for. */
const FEW_ROWS = 4;

/** What a kernel works with: its forest, memory and code. */
type Chain = { features: number; rankRow: RankRow; layout: Layout; here: ChainMemory; code: ReturnType<typeof w.instantiate> };

/**
 * The kernel of a forest and its table, or the one that another thread made; undefined where it has none (chain-table.ts). Throws where
 * this engine has no WebAssembly with two memories, and a RangeError where there is no room.
 */
export function chainKernel(forest: Forest, summed: Sums, given?: WalkTable): (Kernel & { table: WalkTable }) | undefined {
  const layout = layoutOf(forest, summed);
  const width = forest.partitioned.length;
  if (!layout) return undefined;
  const table = given ?? chainTable(forest, layout, summed);
  const here = openMemory(forest, layout, summed);
  const { memory, many, alone, added, parts } = here;
  const code = w.instantiate(
    [
      ...[manyCode(layout, many), aloneCode(layout, alone), touchCode(many.words)],
      ...[addManyCode(layout, many, added), addAloneCode(layout, alone, added, parts)],
    ],
    [
      { memory, pages: memory.buffer.byteLength / PAGE, shared: false },
      { memory: table, pages: table.buffer.byteLength / PAGE, shared: true },
    ],
  );
  const chain = { features: width, rankRow: rowRanker(forest.packed as PackedForest), layout, here, code };
  const walkAlone = aloneWalk(chain);
  const bytes = summed.isFloat ? 4 : 8;
  const numbers = forest.roots.subarray(0, -1).map((root, tree) => layout.leavesAt + ((root + tree) / 2) * bytes);
  const partition = partitionOf(forest, { table, code: nodeCode(layout, bytes), roots: layout.roots, numbers }, summed.isFloat);
  const sum: Kernel['sum'] = (rows, sums) => {
    const count = rows.length / width;
    if (count >= partition.least && partition.sum(rows, sums)) return;
    const few = count % LANES < FEW_ROWS ? count % LANES : 0;
    for (let from = 0, to = 0; from < count; from = to) {
      const isAlone = from >= count - few;
      to = isAlone ? from + 1 : Math.min(from + here.rows, count - few);
      rankRows(chain, rows.subarray(from * width, to * width), isAlone ? here.rows : 0);
      if (isAlone) {
        walkAlone();
        code.addAlone?.();
        sums[from] = here.sums[0]!;
      } else sumMany(chain, sums.subarray(from, to));
    }
  };
  return { sum, bytes: memory.buffer.byteLength + partition.bytes, table };
}

/** Writes the keys of rows from a place on. */
function rankRows({ rankRow, features, layout, here }: Chain, rows: Float64Array, first: number): void {
  const { keys } = here;
  const stride = here.many.keyStride / 4;
  const [above, place] = [2 ** layout.featureAt, 2 ** layout.placeAt];
  for (let at = 0, key = first * stride; at < rows.length; at += features, key += stride) {
    const ranks = rankRow(rows, at);
    for (let feature = 0; feature < features; feature += 1) keys[key + feature] = feature * above + (ranks[feature]! + 1) * place;
  }
}

/** The sums of ranked rows. */
function sumMany({ layout, here, code }: Chain, sums: Float64Array): void {
  const { keyStride, slot } = here.many;
  const groups = Math.ceil(sums.length / LANES);
  here.sums.fill(0, 0, groups * LANES);
  for (const block of layout.blocks) {
    const { from, to, start, gate } = block;
    const size = (to - from) * slot;
    const most = groupsOf(block);
    if (sums.length >= ROWS_TO_TOUCH) code.touch?.(start, gate);
    for (let group = 0; group < groups; group += most) {
      const [row, some] = [group * LANES, Math.min(most, groups - group)];
      code.many?.(some, row * keyStride, size, start);
      code.addMany?.(some, 0, size, from * 4, row * here.sums.BYTES_PER_ELEMENT);
    }
  }
  sums.set(here.sums.subarray(0, sums.length));
}

/** Has one ranked row walk all parts. */
function aloneWalk({ layout, here, code }: Chain): () => void {
  const { parts, partTrees, alone } = here;
  const [end, places] = [partTrees * alone.slot, parts.map(({ start }) => layout.roots[start]!)];
  return () => code.alone?.(end, ...places);
}
