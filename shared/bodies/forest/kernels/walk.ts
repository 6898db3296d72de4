import * as w from '../../../wasm/assembler.ts';
import type { Forest } from '../forest.ts';
import { treeCount } from '../forest.ts';
import { type PackedForest, rankBits } from '../packed.ts';
import type { Kernel } from './kernel.ts';
import { type Rank, rankSearch, rowRanker } from './rank-search.ts';
import { PAGE, type Summed, type WalkTable, walkLayout, walkTable } from './walk-table.ts';
import { type AlonePlan, aloneCode, openAlone, planAlone } from './walk-trees.ts';
import type { WidePlan } from './wide-leaves.ts';
import { WIDES } from './wides.ts';

/*
 * Trees are walked, one after another, each by many rows: eight rows go down in step, so that the wait for one row's node
 * hides behind the others, and a tree stays in the cache while a whole block of rows goes through it. A row's values are
 * ranked once: a value's key is its feature above its rank, and a node's key its feature above the place of its threshold,
 * so that one comparison of integers gives the side, with the same outcome as on the doubles themselves.
 *
 * The nodes are those of walk-table.ts. A leaf's feature, which is none, has the least key in every row, so a row that is in a leaf stays there until all eight are in leaves.
 * Few rows come one by one (walk-trees.ts): each walks several trees in step.
 *
 * Why: trees of more than 64 leaves have no masks, and chain.ts takes neither leaves of several numbers nor forests whose nodes do not
 * fit into 4 bytes. Measured: 2026-11-29, Node 24.21, 2 cores, 10,000 rows of the example heart, the best of five calls: 112 ms, 269 ms by
 * the plain predictor.
 * Delete when: the plain predictor takes at most 1.2 times as long.
 */
/** Rows that go down a tree in step. */
const LANES = 8;
/** Bytes of a block's keys, which are read in order: to have each tree come from afar once for so many rows is worth more than the nearest cache. */
const BLOCK_BYTES = 2 ** 21;
/** From so many rows on a tree is read in order before it is walked: that takes a tenth of the time that its nodes take one by one. */
const ROWS_TO_TOUCH = 16;
/** A table of more bytes does not stay in a cache: then so few rows come one by one, which are faster than by eight in step. */
const FAR_BYTES = 2 ** 24;
const FEW_ROWS_FROM_AFAR = 24;
/** Bytes of a line of the cache. */
const LINE = 64;

/** How many groups of eight rows a block has, and where its parts lie in the kernel's memory; `sums` are those of wide leaves. */
type Plan = { groups: number; keyBytes: number; out: number; alone: AlonePlan; sums: number; pages: number; bits: number };

/**
 * The kernel of a forest and its table, or the one that another thread made; undefined where it has none (walk-table.ts). Throws where
 * this engine has no WebAssembly with two memories, and a RangeError where there is no room.
 */
export function walkKernel(forest: Forest, summed: Summed, given?: WalkTable): (Kernel & { table: WalkTable }) | undefined {
  const layout = walkLayout(forest, summed);
  if (!layout) return undefined;
  const { starts, values, wide: widePlan } = layout;
  const table = given ?? walkTable(forest, layout);
  const packed = forest.packed as PackedForest;
  const features = packed.cutStarts.length - 1;
  const way = WIDES[0];
  const isFar = table.buffer.byteLength > FAR_BYTES;
  const few = isFar ? FEW_ROWS_FROM_AFAR : LANES;
  const plan = planOf(features, treeCount(forest), widePlan, isFar);
  const memory = new WebAssembly.Memory({ initial: plan.pages });
  const ours = { memory, pages: plan.pages, shared: false };
  const nodes = { memory: table, pages: table.buffer.byteLength / PAGE, shared: true };
  const more = way && widePlan ? [way.code(widePlan, 1)] : [];
  const { walk, alone, wide: addWide } = w.instantiate([walkCode(plan), aloneCode(plan.alone), ...more], [ours, nodes]);
  const wide = way && widePlan && addWide ? way.open(widePlan, memory, plan.sums, addWide) : undefined;
  const [rank, rankRow] = [rankSearch(packed), rowRanker(packed)];
  const doubles = new Float64Array(table.buffer);
  const addAlone = openAlone({ starts, values, doubles, rankRow, features }, memory, plan.alone, summed, wide);
  const keys = new Uint32Array(memory.buffer, 0, (plan.groups * plan.keyBytes) / 4);
  const places = new Uint32Array(memory.buffer, plan.out, plan.groups * LANES);
  const block = plan.groups * LANES;
  const add = adderOf(values, summed);
  const stride = wide ? block * 4 : 0;
  if (wide && widePlan) new Uint32Array(memory.buffer, plan.out, widePlan.trees * block).fill(wide.noLeaf, treeCount(forest) * block);
  const sum: Kernel['sum'] = (rows, sums, outputs) => {
    const count = rows.length / features;
    if (count < few) {
      for (let row = 0; row < count; row += 1) addAlone(rows, row, sums, outputs, () => alone?.(plan.alone.groups));
      return;
    }
    for (let start = 0; start < count; start += block) {
      const size = Math.min(block, count - start);
      rankRows(rank, features, rows, start, size, keys, plan);
      for (let tree = 0; tree < treeCount(forest); tree += 1) {
        const end = size < ROWS_TO_TOUCH ? 0 : starts[tree + 1]! * 8;
        walk?.(starts[tree]! * 8, Math.ceil(size / LANES), end, tree * stride);
        if (!wide) add({ doubles, start: starts[tree]!, values }, places, size, sums, start, outputs);
      }
      wide?.add(plan.out, stride, size, sums, start);
    }
  };
  return { sum, bytes: memory.buffer.byteLength, table };
}

function planOf(features: number, trees: number, wide: WidePlan | undefined, isFar: boolean): Plan {
  const bits = rankBits(features);
  const keyBytes = 2 ** (32 - bits) * LANES * 4;
  const most = Math.max(1, Math.floor(BLOCK_BYTES / keyBytes));
  const groups = wide ? Math.min(most, wide.rows / LANES) : most;
  const out = groups * keyBytes;
  const alone = planAlone(out + groups * LANES * 4 * (wide?.trees ?? 1), trees, bits, isFar);
  const sums = Math.ceil(alone.end / LINE) * LINE;
  return { groups, keyBytes, out, alone, sums, pages: Math.ceil((sums + (wide?.sumBytes ?? 0)) / PAGE), bits };
}

/** What adds the leaves of one tree, where they are not wide. */
function adderOf(values: number, { isVote, isFloat }: Summed) {
  if (isVote) return addVotes;
  if (isFloat) return addFloats;
  return values === 1 ? addValues : addLeaves;
}

/** Writes the keys of a block's rows, feature by feature, so that one feature's thresholds stay in the cache. */
function rankRows(rank: Rank, features: number, rows: Float64Array, start: number, size: number, keys: Uint32Array, plan: Plan): void {
  const stride = plan.keyBytes / 4;
  for (let feature = 0; feature < features; feature += 1) {
    const high = feature * 2 ** plan.bits + 1;
    for (let row = 0; row < size; row += 1) {
      const value = rows[(start + row) * features + feature]!;
      keys[(row >> 3) * stride + feature * LANES + (row & 7)] = high + rank(feature, value);
    }
  }
}

/** The numbers of a tree's leaves: where they are counted from in the table, how many a leaf has. */
type Tree = { doubles: Float64Array; start: number; values: number };

/** Adds the doubles of the leaves that a block's rows fell into in one tree. */
function addValues({ doubles, start: root }: Tree, places: Uint32Array, size: number, sums: Float64Array, start: number): void {
  for (let row = 0; row < size; row += 1) {
    sums[start + row] = sums[start + row]! + doubles[root + places[row]!]!;
  }
}

/** The same of leaves that hold several. */
function addLeaves({ doubles, start: root, values }: Tree, places: Uint32Array, size: number, sums: Float64Array, start: number): void {
  for (let row = 0; row < size; row += 1) {
    const leaf = root + places[row]!;
    const at = (start + row) * values;
    for (let k = 0; k < values; k += 1) sums[at + k] = sums[at + k]! + doubles[leaf + k]!;
  }
}

/** The same where every sum is rounded to 32 bits. */
function addFloats({ doubles, start: root, values }: Tree, places: Uint32Array, size: number, sums: Float64Array, start: number): void {
  for (let row = 0; row < size; row += 1) {
    const leaf = root + places[row]!;
    const at = (start + row) * values;
    for (let k = 0; k < values; k += 1) sums[at + k] = Math.fround(sums[at + k]! + doubles[leaf + k]!);
  }
}

/** The same of votes: a leaf holds the place of its class. */
function addVotes(
  { doubles, start: root }: Tree,
  places: Uint32Array,
  size: number,
  sums: Float64Array,
  start: number,
  classes: number,
): void {
  for (let row = 0; row < size; row += 1) {
    const at = (start + row) * classes + doubles[root + places[row]!]!;
    sums[at] = sums[at]! + 1;
  }
}

/**
 * The code: walk(root, groups, end, out) leads so many groups of eight rows down one tree, and writes the numbers of their leaves, `out`
 * bytes behind the first place. Before that it looks at the tree's nodes up to `end`, a line at a time.
 */
function walkCode({ bits, keyBytes, out: outAt }: Plan): w.WasmFunction {
  const [root, groups, end, out, key, node, low, high, going, seen] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
  const lane = (at: number) => 10 + at;
  const lanes = Array.from({ length: LANES }, (_, at) => at);
  const step = (at: number): w.Code => [
    ...[...w.get(lane(at)), ...w.get(lane(at)), ...w.loadI64(0, 1), ...w.tee(node), ...w.wrapI64, ...w.set(low)],
    ...[...w.get(node), ...w.shrI64(32), ...w.wrapI64, ...w.tee(high), ...w.addI32],
    // On to the left child, or to its sibling where the row's key is greater.
    ...[...w.get(key), ...w.get(low), ...w.shrI32(bits), ...w.shlI32(5), ...w.addI32, ...w.loadI32(at * 4), ...w.get(low), ...w.gtI32],
    ...[...w.shlI32(3), ...w.addI32, ...w.set(lane(at))],
    ...[...w.get(high), ...(at === 0 ? [] : [...w.get(going), ...w.orI32]), ...w.set(going)],
  ];
  const finish = (at: number): w.Code => [
    ...[...w.get(out), ...w.get(lane(at)), ...w.loadI32(0, 1), ...w.i32(2 ** bits - 1), ...w.andI32, ...w.storeI32(outAt + at * 4)],
  ];
  const group: w.Code = [
    ...lanes.flatMap((at) => [...w.get(root), ...w.set(lane(at))]),
    ...w.loop([...lanes.flatMap(step), ...w.get(going)]),
    ...lanes.flatMap(finish),
    ...[...w.get(key), ...w.i32(keyBytes), ...w.addI32, ...w.set(key)],
    ...[...w.get(out), ...w.i32(LANES * 4), ...w.addI32, ...w.set(out)],
    ...[...w.get(groups), ...w.i32(1), ...w.subI32, ...w.tee(groups)],
  ];
  const locals: w.WasmType[] = ['i32', 'i64', 'i32', 'i32', 'i32', 'i32', ...lanes.map((): w.WasmType => 'i32')];
  const touch: w.Code = [
    ...[...w.get(root), ...w.set(low)],
    ...w.loop([
      ...[...w.get(seen), ...w.get(low), ...w.loadI32(0, 1), ...w.orI32, ...w.set(seen)],
      ...[...w.get(low), ...w.i32(LINE), ...w.addI32, ...w.tee(low), ...w.get(end), ...w.ltI32],
    ]),
    // What is looked at has to matter, or it would not be; a leaf's number comes here later.
    ...[...w.get(out), ...w.get(seen), ...w.storeI32(outAt)],
  ];
  return { name: 'walk', params: ['i32', 'i32', 'i32', 'i32'], locals, body: [...touch, ...w.loop(group)] };
}
