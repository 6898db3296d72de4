import * as w from '../../../wasm/assembler.ts';
import { type Forest, treeCount } from '../forest.ts';
import type { Sums } from './kernel.ts';

/*
 * What leaves of many doubles hold, added up: a survival forest has a hundred times in each leaf. The doubles are cut into slices of at
 * most 26, all of one size: the last begins where it still is whole, and what two have both add up. All leaves' first slices lie side by
 * side, then all second ones. So a few trees' slices stay in the nearest cache while many rows meet them, and a row's sums stay in
 * registers over those trees. Each sum is added up in the order of the trees.
 *
 * Why: to add them one by one, each from memory and back, takes most of the time of a survival forest.
 * Measured: 2026-11-30, Node 24.21, 2 busy cores, 100 trees of 34 leaves with 101 times, leaves drawn at random: 1.1 us a row by
 * slices of 26, 1.25 us by slices of 16; one by one takes some 10 us.
 * Delete when: walk.ts adds leaves one by one in at most 1.5 times this time.
 */

/** Most pairs of doubles of a slice, each in a local: with what else is held there, as many as an x64 processor has registers for. */
const MOST_PAIRS = 13;
/** Trees whose leaves are added before a row's sums go back to memory. */
const TREES = 8;
/** Leaves of fewer doubles are added one by one: there is little to do at once. */
const LEAST_WIDTH = 8;
/** Most bytes of all slices: they are a copy of the artifact's leaves. */
const MAX_BYTES = 2 ** 26;
/** Most rows of a block, and most leaves' numbers of all its rows: both stay in a cache. */
const MOST_ROWS = 512;
const MOST_PLACES = 2 ** 18;
const LINE = 64;

/** Where the slices lie in the memory of the nodes, and how many there are. */
export type WidePlan = {
  width: number;
  slices: number;
  /** Pairs of doubles of a slice, of which no leaf has fewer. */
  pairs: number;
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
export function planWide(forest: Forest, { isVote, isFloat }: Omit<Sums, 'outputs'>, start: number): WidePlan | undefined {
  const { width, leaves } = forest;
  if (isVote || isFloat || width < LEAST_WIDTH) return undefined;
  const few = Math.ceil(width / 2 / MOST_PAIRS);
  // One slice of an odd number would be longer than a leaf.
  const slices = few === 1 && width % 2 === 1 ? 2 : few;
  const pairs = Math.ceil(width / 2 / slices);
  const count = leaves.length / width + 1;
  const bytes = count * slices * pairs * 16;
  if (bytes > MAX_BYTES) return undefined;
  const from = Math.ceil(start / LINE) * LINE;
  const trees = Math.ceil(treeCount(forest) / TREES) * TREES;
  const rows = Math.max(8, Math.min(MOST_ROWS, Math.floor(MOST_PLACES / trees / 8) * 8));
  return { width, slices, pairs, leaves: count, start: from, end: from + bytes, trees, rows, sumBytes: rows * width * 8 };
}

/** The first double of a slice. */
function firstOf({ width, pairs }: WidePlan, slice: number): number {
  return Math.min(slice * 2 * pairs, width - 2 * pairs);
}

/** Writes the slices. */
export function fillWide({ leaves }: Forest, plan: WidePlan, buffer: ArrayBufferLike): void {
  const { width, slices, start } = plan;
  const size = 2 * plan.pairs;
  const table = new Float64Array(buffer, start, plan.leaves * slices * size).fill(-0);
  for (let slice = 0; slice < slices; slice += 1) {
    const first = firstOf(plan, slice);
    for (let leaf = 0; leaf + 1 < plan.leaves; leaf += 1) {
      const from = leaf * width + first;
      table.set(leaves.subarray(from, from + size), (slice * plan.leaves + leaf) * size);
    }
  }
}

/**
 * The code: wide(places, stride, rows, slice, out) adds, for so many rows, the slices of all trees' leaves, which lie in the memory
 * number `memory`. The numbers of a tree's leaves lie row by row from `places` on, those of the next tree `stride` bytes further; the
 * first row's sums go to `out`, the next row's behind the first's.
 */
export function wideCode({ trees, pairs: count, width }: WidePlan, memory: 0 | 1): w.WasmFunction {
  const [places, stride, rows, slice, out, group, row, tree, place, sum, leaf, zero] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] as const;
  const pair = (at: number) => 12 + at;
  const pairs = Array.from({ length: count }, (_, at) => at);
  const addTree: w.Code = [
    ...[...w.get(place), ...w.loadI32(), ...w.i32(count * 16), ...w.mulI32, ...w.get(slice), ...w.addI32, ...w.set(leaf)],
    ...pairs.flatMap((at) => [...w.get(pair(at)), ...w.get(leaf), ...w.loadV128(16 * at, memory), ...w.addF64x2, ...w.set(pair(at))]),
    ...[...w.get(place), ...w.get(stride), ...w.addI32, ...w.set(place)],
    ...[...w.get(tree), ...w.i32(1), ...w.subI32, ...w.tee(tree)],
  ];
  const ofRow: w.Code = [
    ...[...w.get(places), ...w.get(row), ...w.addI32, ...w.set(place)],
    ...w.get(group),
    ...w.either(
      pairs.flatMap((at) => [...w.get(sum), ...w.loadV128(16 * at), ...w.set(pair(at))]),
      pairs.flatMap((at) => [...w.get(zero), ...w.set(pair(at))]),
    ),
    ...[...w.i32(TREES), ...w.set(tree), ...w.loop(addTree)],
    ...pairs.flatMap((at) => [...w.get(sum), ...w.get(pair(at)), ...w.storeV128(16 * at)]),
    ...[...w.get(sum), ...w.i32(width * 8), ...w.addI32, ...w.set(sum)],
    ...[...w.get(row), ...w.i32(4), ...w.addI32, ...w.tee(row), ...w.get(rows), ...w.ltI32],
  ];
  const ofGroup: w.Code = [
    ...[...w.i32(0), ...w.set(row), ...w.get(out), ...w.set(sum), ...w.loop(ofRow)],
    ...[...w.get(places), ...w.get(stride), ...w.i32(TREES), ...w.mulI32, ...w.addI32, ...w.set(places)],
    ...[...w.get(group), ...w.i32(1), ...w.addI32, ...w.tee(group), ...w.i32(trees / TREES), ...w.ltI32],
  ];
  const start: w.Code = [...w.get(rows), ...w.i32(4), ...w.mulI32, ...w.set(rows)];
  const locals: w.WasmType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'v128', ...pairs.map((): w.WasmType => 'v128')];
  return { name: 'wide', params: ['i32', 'i32', 'i32', 'i32', 'i32'], locals, body: [...start, ...w.loop(ofGroup)] };
}

/** The number of the leaf that adds nothing; what adds the leaves of `count` rows, whose numbers lie as wideCode says, into `sums` from a row on. */
export type Wide = { noLeaf: number; add(places: number, stride: number, count: number, sums: Float64Array, row: number): void };

/** Makes it of the code in its memory, where the sums of a block lie from `sumsAt` on. */
export function openWide(plan: WidePlan, memory: WebAssembly.Memory, sumsAt: number, wide: (...args: number[]) => void): Wide {
  const { width, slices, pairs, leaves, start } = plan;
  const block = new Float64Array(memory.buffer, sumsAt, plan.rows * width);
  const add: Wide['add'] = (places, stride, count, sums, row) => {
    for (let slice = 0; slice < slices; slice += 1)
      wide(places, stride, count, start + slice * leaves * pairs * 16, sumsAt + 8 * firstOf(plan, slice));
    sums.set(block.subarray(0, count * width), row * width);
  };
  return { noLeaf: leaves - 1, add };
}
