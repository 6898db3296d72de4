import { gaussLegendre } from './quadrature.ts';
import { bytesOfNode, bytesOfTables, pointsOf, strideOf, type WeightedTrees } from './trees.ts';

/*
 * The memory in which contributions by paths are computed (tree-shap.ts): room for one row in one tree, the contributions of some rows,
 * and behind that the tables of the trees, which a kernel in WebAssembly and one without read alike (path-kernel.ts).
 *
 * The nodes of a tree are numbered anew: its splits first, each behind its parent, then its leaves. A table has a record for each node
 * (RECORD), then the factors of each: for each of STATES what its way multiplies the products by at each point, and behind that what the sums
 * below it are multiplied by for the input's contribution. Points come in pairs, which are computed together; one without a partner
 * gets one that weighs nothing.
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
  shares: number;
  ways: number;
  states: number;
  products: number;
  sums: number;
  numbers: number;
  contributions: number;
  tables: number;
};

/** A tree's table: where it starts and ends, how many splits, leaves and points it has, and its nodes (of the trees) by their new numbers. */
export type PathTable = {
  at: number;
  end: number;
  splits: number;
  leaves: number;
  points: number;
  stride: number;
  nodes: Uint32Array;
  /** The first and the second child of each split. */
  children: [Uint32Array, Uint32Array];
};

/** So many rows are explained together, or fewer of many inputs. */
const BLOCK = { rows: 256, numbers: 2 ** 17 };

/** What a model's trees take. */
export type Plan = { areas: Areas; bytes: number; isKept: boolean; block: number };

/** Plans the memory for trees of so many inputs, of whose tables so many bytes are kept. */
export function planMemory(trees: WeightedTrees, inputs: number, mostKept: number): Plan {
  const { roots } = trees;
  const most = { nodes: 0, numbers: 0, table: 0 };
  const all = bytesOfTables(trees);
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const [nodes, stride] = [roots[tree + 1]! - roots[tree]!, strideOf(trees, tree)];
    const table = nodes * bytesOfNode(stride);
    most.nodes = Math.max(most.nodes, nodes);
    most.numbers = Math.max(most.numbers, nodes * stride);
    most.table = Math.max(most.table, table);
  }
  const block = Math.max(1, Math.min(BLOCK.rows, Math.floor(BLOCK.numbers / inputs)));
  const isKept = all <= mostKept;
  let end = 0;
  const area = (bytes: number) => {
    const start = end;
    end += 16 * Math.ceil(bytes / 16);
    return start;
  };
  const areas = {
    shares: area(SHARES.bytes * most.nodes),
    ways: area(most.nodes),
    states: area(4 * most.nodes),
    products: area(8 * most.numbers),
    sums: area(8 * most.numbers),
    numbers: area(8 * most.nodes),
    contributions: area(8 * block * inputs),
    tables: area(isKept ? all : most.table),
  };
  return { areas, bytes: end, isKept, block };
}

/** Writes a tree's table to a place of the memory, but for the factors: those are made of the shares that are written to their area. */
export function writeTable(buffer: ArrayBuffer, areas: Areas, trees: WeightedTrees, tree: number, at: number): PathTable {
  const stride = strideOf(trees, tree);
  const { numbers, ...table } = numberNodes(trees, tree);
  const { parent, above, input, share, known, roots } = trees;
  const start = roots[tree]!;
  const count = table.nodes.length;
  const records = new Int32Array(buffer, at, (count * RECORD.bytes) / 4);
  const shares = new Float64Array(buffer, areas.shares, (count * SHARES.bytes) / 8);
  const seen = new Uint8Array(table.splits);
  for (let local = 1; local < count; local += 1) {
    const node = start + local;
    const number = numbers[local]!;
    const up = numbers[parent[node]! - start]!;
    const way = seen[up]!;
    seen[up] = way + 1;
    if (way < 2) table.children[way]![up] = node;
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
  return { at, end: at + count * bytesOfNode(stride), points: pointsOf(trees, tree), stride, ...table };
}

/** The new numbers of a tree's nodes, and the nodes by these. */
function numberNodes(
  { roots, isLeaf }: WeightedTrees,
  tree: number,
): Omit<PathTable, 'at' | 'end' | 'points' | 'stride'> & { numbers: Uint32Array } {
  const [start, end] = [roots[tree]!, roots[tree + 1]!];
  let splits = 0;
  for (let node = start; node < end; node += 1) splits += 1 - isLeaf[node]!;
  const [nodes, numbers] = [new Uint32Array(end - start), new Uint32Array(end - start)];
  let [split, leaf] = [0, splits];
  for (let node = start; node < end; node += 1) {
    const number = isLeaf[node] === 1 ? leaf++ : split++;
    numbers[node - start] = number;
    nodes[number] = node;
  }
  return { splits, leaves: end - start - splits, nodes, numbers, children: [new Uint32Array(splits), new Uint32Array(splits)] };
}

/** Points from 0 to 1, what is left of 1 behind each, their weights, and these by what is left and negative. */
export type Points = { points: Float64Array; rests: Float64Array; weights: Float64Array; losses: Float64Array };

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
