import { gaussLegendre } from '../quadrature.ts';
import { bytesOfNode, bytesOfTables, pointsOf, strideOf } from '../trees.ts';
import type { BinaryTrees } from './binary.ts';
import { type AskedSplit, countAsked, VARIANTS } from './values.ts';

/*
 * The memory in which contributions by paths are computed (../tree-shap.ts): numbers at points, room for one row in one tree, some rows, and the
 * tables of the trees, which a kernel in WebAssembly and one without read alike (kernel.ts).
 *
 * A tree's splits (binary.ts) are numbered anew: first the inner ones, each behind those above it, then the outer ones, both of whose
 * ways end in leaves. Its table has a record (RECORD) of each, the rates of splits below others by the same input, and the numbers of its
 * leaves: two of each outer split, then those below inner ones. The room for a row has a slot (slotOf) for each split and, behind these, for each
 * leaf below an inner one. Points come in pairs, which are computed together; one without a partner gets one that weighs nothing.
 */

/**
 * What a record says of a split: what the tested number may be at most, and the shares of the two ways, in doubles; then, in 32-bit numbers,
 * where the tested number and the input's contribution are (in bytes from the row's), where it is said whether the row goes the nearest way above
 * by the same input (for any row, where there is none), where the rates are, and the slots of the two ways, which outer splits do without.
 */
export const RECORD = {
  cut: 0,
  ofFirst: 8,
  ofSecond: 16,
  value: 24,
  contribution: 28,
  above: 32,
  rates: 36,
  first: 40,
  second: 44,
} as const;
export const RECORD_BYTES = { inner: 48, outer: 40 } as const;

/**
 * What a slot has: the product of the factors on the way to a split and its sum, at each point; of an inner split then where the slots are of the way that the row
 * goes and of the one it misses, where the rates are, the share of the missed way, and whether the row goes the first way, and the second.
 */
export function slotOf(stride: number) {
  const behind = 16 * stride;
  return {
    products: 0,
    sums: 8 * stride,
    goes: behind,
    misses: behind + 4,
    rates: behind + 8,
    share: behind + 16,
    ways: behind + 24,
    bytes: behind + 32,
  };
}

/** Where parts of the memory start, in bytes: a number that says yes, slots, rows and tables, and by each number of points what `Constants` says. */
export type Areas = { yes: number; slots: number; rows: number; tables: number; constants: ReadonlyMap<number, number> };

/**
 * Where the constants of so many points are: the weights, the rates of splits without one above by the same input, and those of splits that
 * a row does not come to. Rates are how much of what a split's ways differ by is lost at each point, and how much of it is the input's.
 */
export type Constants = { weights: number; rates: number; missed: number };
export function constantsAt(area: number, stride: number): Constants {
  return { weights: area, rates: area + 8 * stride, missed: area + 16 * stride };
}

/** A tree's table: where its records and numbers are, how many splits and leaves it has, whose numbers it has (by their places among the tree's leaves), and what is asked of the model. */
export type PathTable = {
  records: number;
  numbers: number;
  inner: number;
  outer: number;
  /** How many leaves are below inner splits. */
  leaves: number;
  points: number;
  stride: number;
  places: Uint32Array;
  asked: AskedSplit[];
  /** Where the memory is free behind it. */
  end: number;
};

/** So many rows are explained together, or fewer of many numbers. */
const BLOCK = { rows: 256, numbers: 2 ** 17 };

/** Parts of the memory start where lines of the processor's cache do. */
const LINE = 64;

/** What a model's trees take: of how many numbers a row is, how many come together, the most nodes of a tree, and whether all tables are kept, or that of one tree at a time. */
export type Plan = { areas: Areas; bytes: number; keeps: boolean; rowNumbers: number; block: number; nodes: number };

/** Plans the memory for trees of so many inputs, of whose tables so many bytes are kept. */
export function planMemory({ trees, cuts }: Pick<BinaryTrees, 'trees' | 'cuts'>, inputs: number, mostKept: number): Plan {
  const { roots } = trees;
  let [mostNodes, mostSlots, mostTable, mostAsked] = [0, 0, 0, 0];
  let end = 0;
  const area = (bytes: number) => {
    const start = end;
    end += LINE * Math.ceil(bytes / LINE);
    return start;
  };
  const yes = area(4);
  const constants = new Map<number, number>();
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const [nodes, points, stride] = [roots[tree + 1]! - roots[tree]!, pointsOf(trees, tree), strideOf(trees, tree)];
    mostNodes = Math.max(mostNodes, nodes);
    mostSlots = Math.max(mostSlots, nodes * slotOf(stride).bytes);
    mostTable = Math.max(mostTable, nodes * bytesOfNode(stride));
    mostAsked = Math.max(mostAsked, countAsked(trees, tree, cuts));
    if (!constants.has(points)) constants.set(points, area(32 * stride));
  }
  const all = bytesOfTables(trees);
  const rowNumbers = (1 + VARIANTS) * inputs + mostAsked;
  const block = Math.max(1, Math.min(BLOCK.rows, Math.floor(BLOCK.numbers / rowNumbers)));
  const keeps = all <= mostKept;
  const areas = { yes, constants, slots: area(mostSlots), rows: area(8 * rowNumbers * block), tables: area(keeps ? all : mostTable) };
  return { areas, bytes: end, keeps, rowNumbers, block, nodes: mostNodes };
}

/** Writes what is the same for all rows and trees. */
export function writeConstants(buffer: ArrayBuffer, { yes, constants }: Areas): void {
  new Int32Array(buffer)[yes / 4] = 1;
  for (const [points, area] of constants) {
    const { weights, rests } = pairPoints(points);
    const stride = weights.length;
    new Float64Array(buffer, area, 4 * stride).fill(1, 2 * stride, 3 * stride);
    new Float64Array(buffer, area, 4 * stride).set([...weights, ...rests]);
  }
}

/** So many points of Gauss's quadrature, what is left of 1 behind each, and their weights, in pairs. */
export type Points = Record<'points' | 'rests' | 'weights', Float64Array>;

const PAIRED = new Map<number, Points>();

export function pairPoints(count: number): Points {
  const known = PAIRED.get(count);
  if (known) return known;
  const { points, weights } = gaussLegendre(count);
  const stride = 2 * Math.ceil(count / 2);
  const paired = { points: new Float64Array(stride).fill(1), rests: new Float64Array(stride), weights: new Float64Array(stride) };
  paired.points.set(points);
  paired.weights.set(weights);
  for (let k = 0; k < count; k += 1) paired.rests[k] = 1 - points[k]!;
  PAIRED.set(count, paired);
  return paired;
}
