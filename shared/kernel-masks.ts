import type { Schema } from './features.ts';
import type { Forest } from './forest.ts';
import type { Kernel } from './kernel.ts';
import { CHUNK, fillLeaves, fillMasks, layOut, PAGE, type Plan } from './mask-memory.ts';
import { countRanks, type Group, groupFeatures, levelRank, mostLeaves, WORD } from './mask-tables.ts';
import type { PackedForest } from './packed-forest.ts';
import { findRank, type RankFinder, rankFinder } from './rank-finder.ts';
import * as w from './wasm.ts';

/*
 * QuickScorer (Lucchese et al., SIGIR 2015) turned inside out. The leaves of a tree, left to right, are the bits of a 64-bit
 * word. A node that a row fails (it goes right) rules out the leaves on its left: its mask has zeros there. The lowest bit
 * left in the AND of all such masks is the row's leaf. What a value rules out depends on its rank alone, so the AND of all
 * masks of the nodes a rank fails is computed beforehand, for each rank of a feature and each tree; features of few ranks
 * are merged into groups. A row is then, for each two trees, one load and one AND a group. Many rows go through a block of
 * trees before the next.
 */

/** Most bytes of all tables: beyond the cache they are no faster than a walk. */
const MAX_TABLE_BYTES = 2 ** 24;
/** Most doubles a row's sums may have: each is a local of the kernel. */
const MAX_OUTPUTS = 8;
/**
 * The kernel of a forest whose trees have at most 64 leaves; undefined where it does not fit. Throws where this engine has no
 * WebAssembly with SIMD. `outputs` is how many doubles a row's sums have.
 */
export function maskKernel(schema: Schema, forest: Forest, outputs: number): Kernel | undefined {
  if (!forest.packed || mostLeaves(forest) > WORD || outputs > MAX_OUTPUTS) return undefined;
  const ranks = countRanks(forest);
  const groups = groupFeatures(ranks);
  const plan = layOut(forest, groups, outputs);
  if (plan.end > MAX_TABLE_BYTES) return undefined;
  const pages = Math.ceil(plan.end / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages });
  const { run } = w.instantiate([runCode(groups.length, outputs, plan)], [{ memory, pages, shared: false }]);
  fillMasks(forest, memory, plan, groups, ranks);
  fillLeaves(schema, forest, memory, plan, outputs);
  const features = ranks.length;
  const addresses = new Int32Array(memory.buffer, plan.addresses, CHUNK * groups.length);
  const own = new Float64Array(memory.buffer, plan.sums, CHUNK * outputs);
  const address = addressWriter(forest, groups, ranks, plan, addresses);
  const sum: Kernel['sum'] = (rows, sums) => {
    const count = rows.length / features;
    for (let start = 0; start < count; start += CHUNK) {
      const size = Math.min(CHUNK, count - start);
      address(rows, start, size);
      for (let at = 0; at < size * outputs; at += 1) own[at] = 0;
      run?.(size * 4);
      for (let at = 0; at < size * outputs; at += 1) sums[start * outputs + at] = own[at] as number;
    }
  };
  return { sum, bytes: memory.buffer.byteLength };
}

/** What writes the addresses of the masks of so many rows, group after group: feature by feature, so that its thresholds are at hand. */
function addressWriter(forest: Forest, groups: Group[], ranks: number[], plan: Plan, addresses: Int32Array) {
  const features = ranks.length;
  const { cuts, cutStarts } = forest.packed as PackedForest;
  const finders = ranks.map((_, feature) => rankFinder(cuts, cutStarts[feature] as number, cutStarts[feature + 1] as number));
  return (rows: Float64Array, from: number, size: number) => {
    for (let at = 0; at < groups.length; at += 1) {
      const own = (groups[at] as Group).features;
      const slots = at * CHUNK;
      const start = plan.groups[at] as number;
      // A loop: to fill a few places by fill() takes longer.
      for (let slot = slots; slot < slots + size; slot += 1) addresses[slot] = start;
      let factor = plan.stride;
      for (let place = 0; place < own.length; place += 1) {
        const feature = own[place] as number;
        const count = ranks[feature] as number;
        const finder = finders[feature] as RankFinder;
        const isPartitioned = forest.partitioned[feature] === 1;
        let value = from * features + feature;
        for (let slot = slots; slot < slots + size; slot += 1) {
          const rank = isPartitioned ? levelRank(count, rows[value] as number) : findRank(finder, rows[value] as number);
          addresses[slot] = (addresses[slot] as number) + rank * factor;
          value += features;
        }
        factor *= count;
      }
    }
  };
}

/**
 * The code: run(end), of so many rows' bytes of addresses. Block by block of trees, for each row: the addresses of its masks, one a group; then, two trees at a
 * time, the AND of their masks, the lowest bits, and what the leaves there hold, added in tree order. A row's sums wait in
 * memory for the next block, so that what rows follow need not wait for its additions.
 */
function runCode(groups: number, outputs: number, plan: Plan): w.WasmFunction {
  const [end, row, block, leaf, at, out, mask] = [0, 1, 2, 3, 4, 5, 6] as const;
  const base = (group: number) => 7 + group;
  const sum = (k: number) => 7 + groups + k;
  const each = <T>(count: number, make: (at: number) => T[]) => Array.from({ length: count }, (_, place) => make(place)).flat();
  const step = (local: number, by: number): w.Code => [...w.get(local), ...w.i32(by), ...w.addI32, ...w.set(local)];
  const addLeaf = (tree: number): w.Code => [
    ...[...w.get(mask), ...w.laneI64(tree % 2), ...w.ctzI64, ...w.wrapI64, ...w.i32(outputs * 8), ...w.mulI32],
    ...[...w.get(leaf), ...w.addI32, ...w.set(at)],
    ...each(outputs, (k) => {
      const load = w.loadF64(plan.leaves + tree * plan.leafStride + 8 * k);
      return [...w.get(sum(k)), ...w.get(at), ...load, ...w.addF64, ...w.set(sum(k))];
    }),
  ];
  const pair = (first: number): w.Code => [
    ...each(groups, (group) => [...w.get(base(group)), ...w.loadV128(first * 8), ...(group > 0 ? w.andV128 : [])]),
    ...[...w.set(mask), ...addLeaf(first), ...addLeaf(first + 1)],
  ];
  const ofRow: w.Code = [
    ...each(groups, (group) => [
      ...[...w.get(row), ...w.loadI32(plan.addresses + group * CHUNK * 4), ...w.get(block), ...w.addI32, ...w.set(base(group))],
    ]),
    ...each(outputs, (k) => [...w.get(out), ...w.loadF64(plan.sums + 8 * k), ...w.set(sum(k))]),
    ...each(plan.trees / 2, (place) => pair(2 * place)),
    ...each(outputs, (k) => [...w.get(out), ...w.get(sum(k)), ...w.storeF64(plan.sums + 8 * k)]),
    ...[...step(out, outputs * 8), ...w.get(row), ...w.i32(4), ...w.addI32, ...w.tee(row), ...w.get(end), ...w.ltI32],
  ];
  const body: w.Code = [
    ...[...w.i32(0), ...w.set(row), ...w.i32(0), ...w.set(out), ...w.loop(ofRow)],
    ...[...step(leaf, plan.trees * plan.leafStride), ...w.get(block), ...w.i32(plan.trees * 8), ...w.addI32, ...w.tee(block)],
    ...[...w.i32(plan.blocks * plan.trees * 8), ...w.ltI32],
  ];
  const bases = each(groups, (): w.WasmType[] => ['i32']);
  const locals: w.WasmType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'v128', ...bases, ...each(outputs, (): w.WasmType[] => ['f64'])];
  return { name: 'run', params: ['i32'], locals, body: w.loop(body) };
}
