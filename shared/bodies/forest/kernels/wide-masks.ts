import * as w from '../../../wasm/assembler.ts';
import { type Forest, treeCount } from '../forest.ts';
import type { Kernel, Sums } from './kernel.ts';
import { PAGE, type Plan, planMasks } from './mask-memory.ts';
import { mostLeaves, WORD } from './mask-tables.ts';
import { rankFunction, toColumns } from './masks.ts';
import { fillWide, openWide, planWide, type WidePlan, wideCode } from './wide-leaves.ts';

/*
 * Forests of wide leaves whose trees have at most 64: masks find a row's leaves (masks.ts says how), whose numbers are written down, and
 * wide-leaves.ts adds what they hold.
 *
 * Why: to find the leaves by a walk takes as long as to add them.
 * Measured: 2026-11-30, Node 24.21, 2 busy cores, the bench's veteran (100 trees, 101 times), in turns with the walk: the sums of a row in a batch of
 * 100 take 1.4 us, 2.7 by the walk; in one of ten 2.1 and 3.6; alone 3.2 and 4.8.
 * Delete when: walk.ts finds the leaves in at most twice the time.
 */

/** Most bytes of all tables: each thread has its own. */
const MAX_BYTES = 2 ** 24;
/** Fewer rows than this come alone, as in masks.ts. */
const FEW_ROWS = 16;
/** A double of this and a whole number has that number in its low 32 bits. */
const NUMBERED = 2 ** 52;

/** Masks and slices in one memory: a leaf's numbers of all rows, tree by tree, lie from `places` on, and the sums of a block from `sums` on. */
type Places = { wide: WidePlan; rows: number; places: number; sums: number; pages: number };

/**
 * The kernel of a forest whose trees have at most 64 leaves; undefined where it does not fit. Throws where this engine has no
 * WebAssembly with SIMD.
 */
export function wideMasks(forest: Forest, summed: Sums): Kernel | undefined {
  const made = planBoth(forest, summed);
  if (!made) return undefined;
  const [plan, { wide: widePlan, rows: block, places, sums: sumsAt, pages }] = made;
  const memory = new WebAssembly.Memory({ initial: pages });
  const codes = [rankFunction(plan), leavesCode(plan, places, 4 * block), wideCode(widePlan, 0)];
  const { rank, leaves, wide: addWide } = w.instantiate(codes, [{ memory, pages, shared: false }]);
  for (const { at, content } of plan.contents)
    new Uint8Array(memory.buffer, at).set(new Uint8Array(content.buffer, content.byteOffset, content.byteLength));
  fillWide(forest, widePlan, memory.buffer);
  const wide = openWide(widePlan, memory, sumsAt, (...args) => addWide?.(...args));
  new Uint32Array(memory.buffer, places, widePlan.trees * block).fill(wide.noLeaf);
  const width = plan.features.length;
  const values = new Float64Array(memory.buffer, plan.values, block * width);
  const addresses = new Int32Array(memory.buffer, plan.addresses, block * plan.groups.length);
  const sum: Kernel['sum'] = (rows, sums) => {
    for (let start = 0; start < rows.length; start += values.length) {
      const given = rows.subarray(start, start + values.length);
      values.set(given);
      const size = given.length / width;
      rank?.(size);
      if (size < FEW_ROWS) toColumns(plan, addresses.subarray(0, size * plan.groups.length));
      leaves?.(size, size < FEW_ROWS ? 4 : 4 * plan.slots);
      wide.add(places, 4 * block, size, sums, start / width);
    }
  };
  return { sum, bytes: memory.buffer.byteLength };
}

/** The tables of both, and where they lie; undefined where they take too much memory. */
function planBoth(forest: Forest, summed: Sums): [Plan, Places] | undefined {
  if (!forest.packed || mostLeaves(forest) > WORD || summed.isVote || summed.isFloat) return undefined;
  // Where masks.ts has a leaf's one number, each leaf has its own here.
  const numbers = Float64Array.from({ length: forest.leaves.length / forest.width }, (_, leaf) => NUMBERED + leaf);
  const plan = planMasks({ ...forest, width: 1, leaves: numbers }, { outputs: 1, isVote: false, isFloat: false }, MAX_BYTES);
  const wide = plan && planWide(forest, summed, plan.end);
  if (!wide || wide.end > MAX_BYTES) return undefined;
  // Trees that fill up the last block add nothing.
  const table = plan.contents.find(({ at }) => at === plan.leaves)?.content;
  table?.fill(NUMBERED + numbers.length, (treeCount(forest) * plan.leafStride) / 8);
  const rows = Math.min(plan.chunk, wide.rows);
  const sums = wide.end + Math.max(wide.trees, plan.blocks * plan.trees) * rows * 4;
  return [plan, { wide, rows, places: wide.end, sums, pages: Math.ceil((sums + wide.sumBytes) / PAGE) }];
}

/**
 * The code leaves(size, step), which goes through blocks, rows and trees as masks.ts does, and writes the numbers of the leaves: a
 * tree's, row by row, `stride` bytes behind those of the tree before.
 */
function leavesCode({ blocks, trees, groups, leaves, leafStride, addresses }: Plan, places: number, stride: number): w.WasmFunction {
  const [end, next, row, block, leaf, last, first, out, mask] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const base = (group: number) => 9 + group;
  const step = (local: number, by: number): w.Code => [...w.get(local), ...w.i32(by), ...w.addI32, ...w.set(local)];
  const all = groups.map((_, group) => group);
  const writeLeaf = (tree: number): w.Code => [
    ...[...w.get(out), ...w.get(mask), ...w.laneI64(tree % 2), ...w.ctzI64, ...w.wrapI64, ...w.i32(8), ...w.mulI32],
    ...[...w.get(leaf), ...w.addI32, ...w.loadI32(leaves + tree * leafStride), ...w.storeI32(places + tree * stride)],
  ];
  const pair = (tree: number): w.Code => [
    ...all.flatMap((group) => [...w.get(base(group)), ...w.loadV128(tree * 8), ...(group > 0 ? w.andV128 : [])]),
    ...[...w.set(mask), ...writeLeaf(tree), ...writeLeaf(tree + 1)],
  ];
  const ofRow: w.Code = [
    ...all.flatMap((group) => [
      ...[...w.get(row), ...w.loadI32(addresses + 4 * group), ...w.get(block), ...w.addI32, ...w.loadI32(), ...w.set(base(group))],
    ]),
    ...Array.from({ length: trees / 2 }, (_, at) => pair(2 * at)).flat(),
    ...[...step(out, 4), ...step(row, 4 * groups.length), ...w.get(row), ...w.get(end), ...w.ltI32],
  ];
  const ofBlock: w.Code = [
    ...[...w.i32(0), ...w.set(row), ...w.get(first), ...w.set(out), ...w.loop(ofRow), ...step(first, trees * stride)],
    ...[...step(leaf, trees * leafStride), ...w.get(block), ...w.get(next), ...w.addI32, ...w.tee(block), ...w.get(last), ...w.ltI32],
  ];
  const start: w.Code = [
    ...[...w.get(end), ...w.i32(4 * groups.length), ...w.mulI32, ...w.set(end)],
    ...[...w.get(next), ...w.i32(blocks), ...w.mulI32, ...w.set(last)],
  ];
  const locals: w.WasmType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'v128', ...all.map((): w.WasmType => 'i32')];
  return { name: 'leaves', params: ['i32', 'i32'], locals, body: [...start, ...w.loop(ofBlock)] };
}
