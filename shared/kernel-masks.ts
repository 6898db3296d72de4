import type { Schema } from './features.ts';
import { type Forest, treeCount } from './forest.ts';
import type { Kernel } from './kernel.ts';
import {
  countRanks,
  featureMasks,
  type Group,
  groupFeatures,
  leafDoubles,
  mergeMasks,
  mostLeaves,
  orderLeaves,
  rankOf,
  WORD,
} from './mask-tables.ts';
import { countBelow, type PackedForest } from './packed-forest.ts';
import * as w from './wasm.ts';

/*
 * QuickScorer (Lucchese et al., SIGIR 2015) turned inside out. The leaves of a tree, left to right, are the bits of a 64-bit
 * word. A node that a row fails (it goes right) rules out the leaves on its left: its mask has zeros there. The lowest bit
 * left in the AND of all such masks is the row's leaf. What a value rules out depends on its rank alone, so the AND of all
 * masks of the nodes a rank fails is computed beforehand, for each rank of a feature and each tree; features of few ranks
 * are merged into groups. A row is then, for each two trees, one load and one AND a group.
 */

/** Most bytes of all tables: beyond the cache they are no faster than a walk. */
const MAX_TABLE_BYTES = 2 ** 24;
/** Most doubles a row's sums may have: each is a local of the kernel. */
const MAX_OUTPUTS = 8;
/** Rows a call of the kernel computes. */
const CHUNK = 512;
const PAGE = 65_536;

/** Where everything lies in the kernel's memory, in bytes; `stride` is that of a rank, `leafStride` that of a tree. */
type Plan = { tables: number[]; stride: number; leaves: number; leafStride: number; addresses: number; sums: number; end: number };

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
  const { run } = w.instantiate([runCode(groups.length, treeCount(forest), outputs, plan)], [{ memory, pages, shared: false }]);
  const words = plan.stride / 4;
  const masks = featureMasks(forest, ranks, words);
  groups.forEach((group, at) => {
    mergeMasks(new Int32Array(memory.buffer, plan.tables[at], group.ranks * words), group, ranks, masks, words);
  });
  fillLeaves(schema, forest, memory, plan, outputs);
  const features = ranks.length;
  const addresses = new Int32Array(memory.buffer, plan.addresses, CHUNK * groups.length);
  const own = new Float64Array(memory.buffer, plan.sums, CHUNK * outputs);
  const address = addressWriter(forest, groups, ranks, plan, addresses);
  return (rows, sums) => {
    const count = rows.length / features;
    for (let start = 0; start < count; start += CHUNK) {
      const size = Math.min(CHUNK, count - start);
      address(rows, start, size);
      run?.(size);
      for (let at = 0; at < size * outputs; at += 1) sums[start * outputs + at] = own[at] as number;
    }
  };
}

/** Places everything, each part at a multiple of 16 bytes. */
function layOut(forest: Forest, groups: Group[], outputs: number): Plan {
  const trees = treeCount(forest);
  const stride = Math.ceil(trees / 2) * 16;
  const leafStride = mostLeaves(forest) * outputs * 8;
  let end = 0;
  const take = (bytes: number) => {
    const start = end;
    end += Math.ceil(bytes / 16) * 16;
    return start;
  };
  const tables = groups.map((group) => take(group.ranks * stride));
  const leaves = take(trees * leafStride);
  const addresses = take(CHUNK * groups.length * 4);
  const sums = take(CHUNK * outputs * 8);
  return { tables, stride, leaves, leafStride, addresses, sums, end };
}

/** Writes the leaves of each tree, left to right. */
function fillLeaves(schema: Schema, forest: Forest, memory: WebAssembly.Memory, plan: Plan, outputs: number): void {
  const table = new Float64Array(memory.buffer, plan.leaves, (treeCount(forest) * plan.leafStride) / 8);
  for (let tree = 0; tree < treeCount(forest); tree += 1) {
    orderLeaves(forest, tree, (node, place) => {
      table.set(leafDoubles(schema, forest, forest.right[node] as number, outputs), (tree * plan.leafStride) / 8 + place * outputs);
    });
  }
}

/** What writes the addresses of the masks of so many rows, one a group: feature by feature, so that its thresholds are at hand. */
function addressWriter(forest: Forest, groups: Group[], ranks: number[], plan: Plan, addresses: Int32Array) {
  const { cuts, cutStarts } = forest.packed as PackedForest;
  const features = ranks.length;
  return (rows: Float64Array, from: number, size: number) => {
    for (let at = 0; at < groups.length; at += 1) {
      const own = (groups[at] as Group).features;
      const [start, step] = [plan.tables[at] as number, plan.stride];
      for (let row = 0; row < size; row += 1) addresses[row * groups.length + at] = start;
      let factor = step;
      for (let place = 0; place < own.length; place += 1) {
        const feature = own[place] as number;
        const count = ranks[feature] as number;
        const [low, high] = [cutStarts[feature] as number, cutStarts[feature + 1] as number];
        const isPartitioned = forest.partitioned[feature] === 1;
        for (let row = 0; row < size; row += 1) {
          const value = rows[(from + row) * features + feature] as number;
          const rank = isPartitioned ? rankOf(forest, feature, count, value) : countBelow(cuts, low, high, value);
          const slot = row * groups.length + at;
          addresses[slot] = (addresses[slot] as number) + rank * factor;
        }
        factor *= count;
      }
    }
  };
}

/**
 * The code: run(rows). For each row of the chunk: the addresses of its masks, one a group; then, two trees at a time, the AND
 * of their masks, the lowest bits, and what the leaves there hold, added in tree order.
 */
function runCode(groups: number, trees: number, outputs: number, plan: Plan): w.WasmFunction {
  const [rows, row, pointer, leaf, at, out, mask] = [0, 1, 2, 3, 4, 5, 6] as const;
  const base = (group: number) => 7 + group;
  const sum = (k: number) => 7 + groups + k;
  const each = <T>(count: number, make: (at: number) => T[]) => Array.from({ length: count }, (_, place) => make(place)).flat();
  const step = (local: number, by: number): w.Code => [...w.get(local), ...w.i32(by), ...w.addI32, ...w.set(local)];
  const masks = each(groups, (group) => [
    ...[...w.get(base(group)), ...w.get(pointer), ...w.addI32, ...w.loadV128()],
    ...(group > 0 ? w.andV128 : []),
  ]);
  const addLeaf = (lane: number): w.Code => [
    ...[...w.get(mask), ...w.laneI64(lane), ...w.ctzI64, ...w.wrapI64, ...w.i32(outputs * 8), ...w.mulI32],
    ...[...w.get(leaf), ...w.addI32, ...w.set(at)],
    ...each(outputs, (k) => {
      const load = w.loadF64(plan.leaves + lane * plan.leafStride + 8 * k);
      return [...w.get(sum(k)), ...w.get(at), ...load, ...w.addF64, ...w.set(sum(k))];
    }),
  ];
  const pairs = Math.floor(trees / 2);
  const pair = [...masks, ...w.set(mask), ...addLeaf(0), ...addLeaf(1), ...step(pointer, 16), ...step(leaf, 2 * plan.leafStride)];
  const body: w.Code = [
    ...each(groups, (group) => [
      ...[...w.get(row), ...w.i32(groups * 4), ...w.mulI32, ...w.loadI32(plan.addresses + 4 * group), ...w.set(base(group))],
    ]),
    ...[...w.i32(0), ...w.set(pointer), ...w.i32(0), ...w.set(leaf), ...each(outputs, (k) => [...w.zeroF64, ...w.set(sum(k))])],
    ...(pairs > 0 ? w.loop([...pair, ...w.get(pointer), ...w.i32(pairs * 16), ...w.ltI32]) : []),
    ...(trees % 2 === 1 ? [...masks, ...w.set(mask), ...addLeaf(0)] : []),
    ...each(outputs, (k) => [...w.get(out), ...w.get(sum(k)), ...w.storeF64(plan.sums + 8 * k)]),
    ...[...step(out, outputs * 8), ...w.get(row), ...w.i32(1), ...w.addI32, ...w.tee(row), ...w.get(rows), ...w.ltI32],
  ];
  const bases = each(groups, (): w.WasmType[] => ['i32']);
  const locals: w.WasmType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'v128', ...bases, ...each(outputs, (): w.WasmType[] => ['f64'])];
  return { name: 'run', params: ['i32'], locals, body: w.loop(body) };
}
