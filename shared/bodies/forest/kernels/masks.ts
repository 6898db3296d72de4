import * as w from '../../../wasm/assembler.ts';
import type { Forest } from '../forest.ts';
import type { Kernel, Sums } from './kernel.ts';
import { PAGE, type Plan, planMasks } from './mask-memory.ts';
import { mostLeaves, WORD } from './mask-tables.ts';
import { bucketCode, type Ranked, type RankLocals, rankCode } from './rank-code.ts';

/*
 * QuickScorer (Lucchese et al., SIGIR 2015) turned inside out. The leaves of a tree, left to right, are the bits of a 64-bit
 * word. A node that a row fails (it goes right) rules out the leaves on its left: its mask has zeros there. The lowest bit
 * left in the AND of all such masks is the row's leaf. What a value rules out depends on its rank alone, so the AND of all
 * masks of the nodes a rank fails is computed beforehand, for each rank of a feature and each tree; features of few ranks
 * are merged into groups. A row is then, for each two trees, one load and one AND a group. Many rows go through a block of
 * trees before the next.
 *
 * Why: most forests of real use have small trees, and a walk waits for memory at each node.
 * Measured: 2026-11-29, Node 24.21, 2 cores, 10,000 rows of the example heart, the best of five calls: 11 ms; 112 ms by the walk
 * (walk.ts), 269 ms by the plain predictor. `npm run bench -- speed` measures it beside ranger and onnxruntime.
 * Delete when: the walk takes at most twice the time. Then take the line out of kernels.ts; the answers stay, since all kernels give
 * the same bits (tests/shared/bodies/kernels.long.test.ts).
 */

/** Most bytes of all tables: beyond the cache they are no faster than a walk. */
const MAX_TABLE_BYTES = 2 ** 24;
/** Most doubles a row's sums may have: each is a local of the kernel. */
const MAX_OUTPUTS = 8;
/** Fewer rows than this come alone: a block's places would be fetched for them again and again. */
const FEW_ROWS = 16;

/**
 * The kernel of a forest whose trees have at most 64 leaves; undefined where it does not fit. Throws where this engine has no
 * WebAssembly with SIMD.
 */
export function maskKernel(forest: Forest, summed: Sums): Kernel | undefined {
  if (!forest.packed || mostLeaves(forest) > WORD || summed.outputs > MAX_OUTPUTS) return undefined;
  const plan = planMasks(forest, summed, MAX_TABLE_BYTES);
  if (!plan) return undefined;
  const pages = Math.ceil(plan.end / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages });
  const { rank, run } = w.instantiate([rankFunction(plan), runFunction(plan)], [{ memory, pages, shared: false }]);
  for (const { at, content } of plan.contents) new Uint8Array(memory.buffer, at, content.byteLength).set(bytesOf(content));
  const { groups, slots, features, outputs } = plan;
  const width = features.length;
  const addresses = new Int32Array(memory.buffer, plan.addresses, plan.chunk * groups.length);
  const values = new Float64Array(memory.buffer, plan.values, plan.chunk * width);
  const added = new (summed.isFloat ? Float32Array : Float64Array)(memory.buffer, plan.sums, plan.chunk * outputs);
  const sum: Kernel['sum'] = (rows, sums) => {
    for (let start = 0; start < rows.length; start += values.length) {
      const given = rows.subarray(start, start + values.length);
      values.set(given);
      const size = given.length / width;
      rank?.(size);
      if (size < FEW_ROWS) toColumns(plan, addresses.subarray(0, size * groups.length));
      run?.(size, size < FEW_ROWS ? 4 : 4 * slots);
      sums.set(added.subarray(0, size * outputs), (start / width) * outputs);
    }
  };
  return { sum, bytes: memory.buffer.byteLength };
}

/** Turns the places of ranks in the first block's rows into those in the columns. */
export function toColumns({ rows, columns, blocks }: Plan, addresses: Int32Array): void {
  for (let at = 0; at < addresses.length; at += 1) addresses[at] = (addresses[at]! - rows) * blocks + columns;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Float64Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The instructions that add numbers of so many bytes. */
function arithmeticOf(bytes: Plan['bytes']) {
  return bytes === 4
    ? { type: 'f32' as const, zero: w.zeroF32, load: w.loadF32, store: w.storeF32, add: w.addF32 }
    : { type: 'f64' as const, zero: w.zeroF64, load: w.loadF64, store: w.storeF64, add: w.addF64 };
}

const each = <T>(count: number, make: (at: number) => T[]) => Array.from({ length: count }, (_, place) => make(place)).flat();
const step = (local: number, by: number): w.Code => [...w.get(local), ...w.i32(by), ...w.addI32, ...w.set(local)];
/** Goes on while a local, having been moved on, is below another. */
const untilEnd = (local: number, by: number, end: number): w.Code => [
  ...[...w.get(local), ...w.i32(by), ...w.addI32, ...w.tee(local), ...w.get(end), ...w.ltI32],
];

/** The code rank(size): writes, of so many rows, the place of each group's rank in the first block's rows, and zeros as sums. */
export function rankFunction({ outputs, bytes, groups, features, rows, values, buckets, addresses, sums }: Plan): w.WasmFunction {
  const [end, row, out, sum, rank, bits, value] = [0, 1, 2, 3, 4, 5, 6] as const;
  const locals: RankLocals = { row, value, rank, bits };
  const arithmetic = arithmeticOf(bytes);
  let slot = 0;
  const places = groups.map((group, at) => {
    let factor = 4;
    const code: w.Code = [...w.get(out), ...w.i32(rows + 4 * slot)];
    for (const feature of group.features) {
      const ranked = features[feature] as Ranked;
      if (ranked.ranks > 1) code.push(...rankCode(feature, ranked, buckets, locals), ...w.i32(factor), ...w.mulI32, ...w.addI32);
      factor *= ranked.ranks;
    }
    slot += group.ranks;
    return [...code, ...w.storeI32(addresses + 4 * at)];
  });
  const ofRow: w.Code = [
    ...[...bucketCode(features, buckets, locals), ...places.flat()],
    ...each(outputs, (k) => [...w.get(sum), ...arithmetic.zero, ...arithmetic.store(sums + bytes * k)]),
    ...[...step(out, 4 * groups.length), ...step(sum, bytes * outputs), ...untilEnd(row, 8 * features.length, end)],
  ];
  const start: w.Code = [
    ...[...w.i32(values), ...w.tee(row), ...w.get(end), ...w.i32(8 * features.length), ...w.mulI32, ...w.addI32, ...w.set(end)],
  ];
  return { name: 'rank', params: ['i32'], locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'f64'], body: [...start, ...w.loop(ofRow)] };
}

/**
 * The code run(size, step), of so many rows, whose places are so many bytes further in the next block. Block by block of trees, for each row: the places of its masks, one a group; then, two
 * trees at a time, the AND of their masks, the lowest bits, and what the leaves there hold, added in tree order. A row's sums
 * wait in memory for the next block, so that what rows follow need not wait for its additions.
 */
function runFunction({ outputs, bytes, blocks, trees, groups, leaves, leafStride, addresses, sums }: Plan): w.WasmFunction {
  const [end, next, row, block, leaf, last, at, out, mask] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const base = (group: number) => 9 + group;
  const sum = (k: number) => 9 + groups.length + k;
  const arithmetic = arithmeticOf(bytes);
  const addLeaf = (tree: number): w.Code => [
    ...[...w.get(mask), ...w.laneI64(tree % 2), ...w.ctzI64, ...w.wrapI64, ...w.i32(outputs * bytes), ...w.mulI32],
    ...[...w.get(leaf), ...w.addI32, ...w.set(at)],
    ...each(outputs, (k) => {
      const load = arithmetic.load(leaves + tree * leafStride + bytes * k);
      return [...w.get(sum(k)), ...w.get(at), ...load, ...arithmetic.add, ...w.set(sum(k))];
    }),
  ];
  const pair = (first: number): w.Code => [
    ...each(groups.length, (group) => [...w.get(base(group)), ...w.loadV128(first * 8), ...(group > 0 ? w.andV128 : [])]),
    ...[...w.set(mask), ...addLeaf(first), ...addLeaf(first + 1)],
  ];
  const ofRow: w.Code = [
    ...each(groups.length, (group) => [
      ...[...w.get(row), ...w.loadI32(addresses + 4 * group), ...w.get(block), ...w.addI32, ...w.loadI32(), ...w.set(base(group))],
    ]),
    ...each(outputs, (k) => [...w.get(out), ...arithmetic.load(sums + bytes * k), ...w.set(sum(k))]),
    ...each(trees / 2, (place) => pair(2 * place)),
    ...each(outputs, (k) => [...w.get(out), ...w.get(sum(k)), ...arithmetic.store(sums + bytes * k)]),
    ...[...step(out, outputs * bytes), ...untilEnd(row, 4 * groups.length, end)],
  ];
  const body: w.Code = [
    ...[...w.i32(0), ...w.set(row), ...w.i32(0), ...w.set(out), ...w.loop(ofRow)],
    ...[...step(leaf, trees * leafStride), ...w.get(block), ...w.get(next), ...w.addI32, ...w.tee(block), ...w.get(last), ...w.ltI32],
  ];
  const start: w.Code = [
    ...[...w.get(end), ...w.i32(4 * groups.length), ...w.mulI32, ...w.set(end)],
    ...[...w.get(next), ...w.i32(blocks), ...w.mulI32, ...w.set(last)],
  ];
  const bases = each(groups.length, (): w.WasmType[] => ['i32']);
  const locals: w.WasmType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'v128', ...bases, ...each(outputs, () => [arithmetic.type])];
  return { name: 'run', params: ['i32', 'i32'], locals, body: [...start, ...w.loop(body)] };
}
