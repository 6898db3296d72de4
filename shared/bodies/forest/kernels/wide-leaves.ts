import * as w from '../../../wasm/assembler.ts';
import { type Forest, treeCount } from '../forest.ts';
import type { Sums } from './kernel.ts';

/*
 * What leaves of many doubles hold, added up: a survival forest has a hundred times in each leaf. The doubles are cut into slices of
 * sixteen. All leaves' first slices lie side by side, then all second ones. So a few trees' slices stay in the nearest cache while many
 * rows meet them, and a row's sixteen sums stay in registers over those trees. Each sum is added up in the order of the trees.
 *
 * Why: to add them one by one, each from memory and back, takes most of the time of a survival forest.
 * Measured: 2026-11-29, Node 24.21, 2 cores, the bench's veteran (100 trees, 101 times): a row in a batch of
 * 10,000 takes 4.4 us, 14.0 one by one; in one of 100 4.6 and 10.3; alone 7.6 and 13.6.
 * Delete when: walk.ts adds leaves one by one in at most 1.5 times this time.
 */

/** Doubles of a slice: two in each of eight locals. */
const SLICE = 16;
const PAIRS = SLICE / 2;
const SLICE_BYTES = SLICE * 8;
/** Trees whose leaves are added before a row's sums go back to memory. */
const TREES = 8;
/** Leaves of fewer doubles are added one by one: most of a slice would be empty. */
const LEAST_WIDTH = 8;
/** Most bytes of all slices: they are a copy of the artifact's leaves. */
const MAX_BYTES = 2 ** 26;
/** Most rows of a block, and most leaves' numbers of all its rows: both stay in a cache. */
const MOST_ROWS = 512;
const MOST_PLACES = 2 ** 18;

/** Where the slices lie in the memory of the nodes, and how many there are. */
export type WidePlan = {
  width: number;
  slices: number;
  /** The leaves and, behind them, one of -0, which adds nothing: trees that fill the last few up have it. */
  leaves: number;
  start: number;
  end: number;
  /** Trees, filled up, and rows of a block: a multiple of eight. */
  trees: number;
  rows: number;
  /** Bytes that the sums of a block take in the kernel's memory. */
  sumBytes: number;
};

/** The plan of a forest's slices behind `start` bytes; undefined where its leaves are added one by one. */
function planWide(forest: Forest, { isVote, isFloat }: Omit<Sums, 'outputs'>, start: number): WidePlan | undefined {
  const { width, leaves } = forest;
  if (isVote || isFloat || width < LEAST_WIDTH) return undefined;
  const slices = Math.ceil(width / SLICE);
  const count = leaves.length / width + 1;
  const bytes = count * slices * SLICE_BYTES;
  if (bytes > MAX_BYTES) return undefined;
  const from = Math.ceil(start / SLICE_BYTES) * SLICE_BYTES;
  const trees = Math.ceil(treeCount(forest) / 8) * 8;
  const rows = Math.max(8, Math.min(MOST_ROWS, Math.floor(MOST_PLACES / trees / 8) * 8));
  return { width, slices, leaves: count, start: from, end: from + bytes, trees, rows, sumBytes: rows * SLICE_BYTES };
}

/** Writes the slices. */
function fillWide({ leaves }: Forest, plan: WidePlan, buffer: ArrayBufferLike): void {
  const { width, slices, start } = plan;
  const table = new Float64Array(buffer, start, plan.leaves * slices * SLICE).fill(-0);
  for (let leaf = 0; leaf + 1 < plan.leaves; leaf += 1) {
    for (let slice = 0; slice < slices; slice += 1) {
      const from = leaf * width + slice * SLICE;
      table.set(leaves.subarray(from, Math.min(from + SLICE, (leaf + 1) * width)), (slice * plan.leaves + leaf) * SLICE);
    }
  }
}

/**
 * The code: wide(places, stride, rows, slice) adds, for so many rows, the slices of all trees' leaves. The numbers of a tree's leaves lie
 * row by row from `places` on, those of the next tree `stride` bytes further.
 */
function wideCode({ trees }: WidePlan, sums: number): w.WasmFunction {
  const [places, stride, rows, slice, group, row, place, sum, leaf] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const pair = (at: number) => 9 + at;
  const pairs = Array.from({ length: PAIRS }, (_, at) => at);
  const addTree: w.Code = [
    ...[...w.get(place), ...w.loadI32(), ...w.i32(SLICE_BYTES), ...w.mulI32, ...w.get(slice), ...w.addI32, ...w.set(leaf)],
    ...pairs.flatMap((at) => [...w.get(pair(at)), ...w.get(leaf), ...w.loadV128(16 * at, 1), ...w.addF64x2, ...w.set(pair(at))]),
    ...[...w.get(place), ...w.get(stride), ...w.addI32, ...w.set(place)],
  ];
  const ofRow: w.Code = [
    ...[...w.get(places), ...w.get(row), ...w.addI32, ...w.set(place)],
    ...pairs.flatMap((at) => [...w.get(sum), ...w.loadV128(sums + 16 * at), ...w.set(pair(at))]),
    ...Array.from({ length: TREES }, () => addTree).flat(),
    ...pairs.flatMap((at) => [...w.get(sum), ...w.get(pair(at)), ...w.storeV128(sums + 16 * at)]),
    ...[...w.get(sum), ...w.i32(SLICE_BYTES), ...w.addI32, ...w.set(sum)],
    ...[...w.get(row), ...w.i32(4), ...w.addI32, ...w.tee(row), ...w.get(rows), ...w.ltI32],
  ];
  const ofGroup: w.Code = [
    ...[...w.i32(0), ...w.set(row), ...w.i32(0), ...w.set(sum), ...w.loop(ofRow)],
    ...[...w.get(places), ...w.get(stride), ...w.i32(TREES), ...w.mulI32, ...w.addI32, ...w.set(places)],
    ...[...w.get(group), ...w.i32(1), ...w.addI32, ...w.tee(group), ...w.i32(trees / TREES), ...w.ltI32],
  ];
  const start: w.Code = [...w.get(rows), ...w.i32(4), ...w.mulI32, ...w.set(rows)];
  const locals: w.WasmType[] = ['i32', 'i32', 'i32', 'i32', 'i32', ...pairs.map((): w.WasmType => 'v128')];
  return { name: 'wide', params: ['i32', 'i32', 'i32', 'i32'], locals, body: [...start, ...w.loop(ofGroup)] };
}

/** The number of the leaf that adds nothing; what adds the leaves of `count` rows, whose numbers lie as wideCode says, into `sums` from a row on. */
export type Wide = { noLeaf: number; add(places: number, stride: number, count: number, sums: Float64Array, row: number): void };

/** Makes it of the code in its memory, where the sums of a block lie from `sumsAt` on. */
function openWide(plan: WidePlan, memory: WebAssembly.Memory, sumsAt: number, wide: (...args: number[]) => void): Wide {
  const { width, slices, leaves, start } = plan;
  const block = new Float64Array(memory.buffer, sumsAt, plan.rows * SLICE);
  const add: Wide['add'] = (places, stride, count, sums, row) => {
    for (let slice = 0; slice < slices; slice += 1) {
      block.fill(0, 0, count * SLICE);
      wide(places, stride, count, start + slice * leaves * SLICE_BYTES);
      const from = slice * SLICE;
      const size = Math.min(SLICE, width - from);
      for (let one = 0; one < count; one += 1) {
        const at = (row + one) * width + from;
        for (let k = 0; k < size; k += 1) sums[at + k] = block[one * SLICE + k]!;
      }
    }
  };
  return { noLeaf: leaves - 1, add };
}

/** All of it, and the kinds of forests whose leaves can be wide: times and classes. */
export const WIDE_LEAVES = { kinds: ['survival', 'probability'], plan: planWide, fill: fillWide, code: wideCode, open: openWide };
export type WideWay = typeof WIDE_LEAVES;
