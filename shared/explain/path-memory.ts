import { gaussLegendre } from './quadrature.ts';
import { BYTES_OF_NODE, bytesOfFactors, bytesOfTables, pointsOf, strideOf, type WeightedTrees } from './trees.ts';

/*
 * The memory in which contributions by paths are computed (tree-shap.ts): room for one row in one tree, the contributions of some rows,
 * and behind that the tables of the trees, which a kernel in WebAssembly and one without read alike (path-kernel.ts).
 *
 * The nodes of a tree are numbered anew: its splits first, each behind its parent, then its leaves. A table has a record (RECORD) and the
 * shares (SHARES) of each node. Where many rows come, it also gets the factors of each: for each of STATES what its way multiplies the
 * products by at each point, and behind that what the sums below it are multiplied by for the input's contribution. Points come in pairs,
 * which are computed together; one without a partner gets one that weighs nothing.
 */

/** How a row stands to a way: it goes it, it goes another one, or it went another one further up by the same input. */
export const STATES = { goes: 0, misses: 1, missed: 2 } as const;
export const STATE_COUNT = 3;

/**
 * What a record says in 32-bit numbers, of the way into a node: where its parent's products are (in bytes from those of the root), where the
 * state of the nearest way above by the same input is (that of the root, which every row goes, where there is none), its parent's number,
 * and the way's place among the parent's, to which eight times its input is added.
 */
export const RECORD = { bytes: 16, parentAt: 0, sameAt: 4, parent: 8, inputAndWay: 12 } as const;
/** The part of inputAndWay that is the way's place: a split has three ways at most. */
export const WAY_MASK = 7;

/** What a node's shares say in doubles: the product of those of its way and of the ways above by the same input, that of the ways above, its own. */
export const SHARES = { bytes: 24, own: 0, before: 8, share: 16 } as const;

/** Where the parts of the memory start, in bytes. */
export type Areas = {
  points: number;
  ways: number;
  states: number;
  products: number;
  sums: number;
  gains: number;
  numbers: number;
  contributions: number;
  records: number;
  shares: number;
  factors: number;
};

/**
 * A tree's table: where its records, its shares and, where these were made, its factors are, how many splits, leaves and points it has, and
 * its splits (of the trees) by their new numbers.
 */
export type PathTable = {
  records: number;
  shares: number;
  factors: number | undefined;
  splits: number;
  leaves: number;
  points: number;
  stride: number;
  nodes: Uint32Array;
  /** The first and the second child of each split. */
  children: [Uint32Array, Uint32Array];
};

/** Most points of a tree for which code is written in WebAssembly: that grows with them. */
export const MOST_POINTS = 32;

/** So many rows are explained together, or fewer of many inputs. */
const BLOCK = { rows: 256, numbers: 2 ** 17 };

/** The bytes of a line of the processor's cache: of four points the factors of a state, which stand together, lie in one. */
const LINE = 64;

/** What a model's trees take, and what of their tables is kept. */
export type Plan = { areas: Areas; bytes: number; keeps: { nodes: boolean; factors: boolean }; block: number };

/** Plans the memory for trees of so many inputs, of whose tables so many bytes are kept. */
export function planMemory(trees: WeightedTrees, inputs: number, mostKept: number): Plan {
  const { roots } = trees;
  const most = { nodes: 0, numbers: 0, factors: 0 };
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const [nodes, stride] = [roots[tree + 1]! - roots[tree]!, strideOf(trees, tree)];
    most.nodes = Math.max(most.nodes, nodes);
    most.numbers = Math.max(most.numbers, nodes * stride);
    most.factors = Math.max(most.factors, nodes * bytesOfFactors(stride));
  }
  const all = bytesOfTables(trees);
  const count = trees.isLeaf.length;
  const keeps = { nodes: count * BYTES_OF_NODE <= mostKept, factors: all <= mostKept };
  const block = Math.max(1, Math.min(BLOCK.rows, Math.floor(BLOCK.numbers / inputs)));
  let end = 0;
  const area = (bytes: number) => {
    const start = end;
    end += LINE * Math.ceil(bytes / LINE);
    return start;
  };
  const nodes = keeps.nodes ? count : most.nodes;
  const areas = {
    points: area(placeOfPoints(MOST_POINTS + 1)),
    ways: area(most.nodes),
    states: area(4 * most.nodes),
    products: area(8 * most.numbers),
    sums: area(8 * most.numbers),
    gains: area(8 * most.numbers),
    numbers: area(8 * most.nodes),
    contributions: area(8 * block * inputs),
    records: area(RECORD.bytes * nodes),
    shares: area(SHARES.bytes * nodes),
    factors: area(keeps.factors ? all - count * BYTES_OF_NODE : most.factors),
  };
  return { areas, bytes: end, keeps, block };
}

/** Writes a tree's table to places of the memory, without factors. */
export function writeTable(buffer: ArrayBuffer, at: Pick<Areas, 'records' | 'shares'>, trees: WeightedTrees, tree: number): PathTable {
  const stride = strideOf(trees, tree);
  const { parent, above, input, share, known, roots, isLeaf } = trees;
  const [start, end] = [roots[tree]!, roots[tree + 1]!];
  const count = end - start;
  let splits = 0;
  for (let node = start; node < end; node += 1) splits += 1 - isLeaf[node]!;
  const [numbers, nodes] = [new Uint32Array(count), new Uint32Array(splits)];
  const children: PathTable['children'] = [new Uint32Array(splits), new Uint32Array(splits)];
  const records = new Int32Array(buffer, at.records, (count * RECORD.bytes) / 4);
  const shares = new Float64Array(buffer, at.shares, (count * SHARES.bytes) / 8);
  const seen = new Uint8Array(splits);
  let [split, leaf] = [0, splits];
  for (let local = 0; local < count; local += 1) {
    const node = start + local;
    const number = isLeaf[node] === 1 ? leaf++ : split++;
    numbers[local] = number;
    if (number < splits) nodes[number] = node;
    if (local === 0) continue;
    const up = numbers[parent[node]! - start]!;
    const way = seen[up]!;
    seen[up] = way + 1;
    if (way < 2) children[way]![up] = node;
    const isFirst = above[node] === node;
    const record = 4 * number;
    records[record] = up * stride * 8;
    records[record + 1] = isFirst ? 0 : 4 * numbers[above[node]! - start]!;
    records[record + 2] = up;
    records[record + 3] = 8 * input[node]! + way;
    shares[3 * number] = known[node]!;
    shares[3 * number + 1] = isFirst ? 1 : known[above[node]!]!;
    shares[3 * number + 2] = share[node]!;
  }
  const table = { splits, leaves: count - splits, points: pointsOf(trees, tree), stride, nodes, children };
  return { ...at, factors: undefined, ...table };
}

/** Points from 0 to 1, what is left of 1 behind each, their weights, and these by what is left and negative. */
export type Points = { points: Float64Array; rests: Float64Array; weights: Float64Array; losses: Float64Array };

/** The order in which the numbers at points lie in the memory; behind them comes a pair of ones. */
export const POINTS_OF = ['points', 'rests', 'weights', 'losses'] as const satisfies (keyof Points)[];

/** Where, in bytes from the start of their area, the numbers of so many points are, those of one kind behind those of another. */
export function placeOfPoints(count: number, kind = 0): number {
  const strideOfCount = 2 * Math.ceil(count / 2);
  let before = 0;
  for (let fewer = 1; fewer < count; fewer += 1) before += 16 + 8 * POINTS_OF.length * 2 * Math.ceil(fewer / 2);
  return before + 8 * kind * strideOfCount;
}

/** Writes the numbers of so many points to their area. */
export function writePoints(buffer: ArrayBuffer, area: number, count: number): void {
  const all = pairPoints(count);
  const numbers = [...POINTS_OF.flatMap((of) => [...all[of]]), 1, 1];
  new Float64Array(buffer, area + placeOfPoints(count), numbers.length).set(numbers);
}

/** So many points of Gauss's quadrature, in pairs. */
export function pairPoints(count: number): Points {
  const { points, weights } = gaussLegendre(count);
  const rests = points.map((point) => 1 - point);
  const paired = (numbers: Float64Array, last: number) =>
    Float64Array.from({ length: 2 * Math.ceil(count / 2) }, (_, k) => numbers[k] ?? last);
  return {
    points: paired(points, 1),
    rests: paired(rests, 0),
    weights: paired(weights, 0),
    losses: paired(
      rests.map((rest) => -1 / rest),
      0,
    ),
  };
}
