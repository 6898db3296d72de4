import { gaussLegendre } from './quadrature.ts';
import { pointsOf, type WeightedTrees } from './trees.ts';

/*
 * The memory in which contributions by paths are computed (tree-shap.ts): room for one row in one tree, the contributions of some rows,
 * and behind that the tables of the trees, which a kernel in WebAssembly and one without read alike (path-kernel.ts).
 *
 * The nodes of a tree are numbered anew: its splits first, each behind its parent, then its leaves. A table has a record for each node
 * (RECORD), then the factors of each: for each of STATES what its way multiplies the products by at each point, and behind that what the sums
 * below it are multiplied by for the input's contribution. Points come in pairs, which are computed together; one without a partner
 * gets one whose factors are 0.
 */

/** How a row stands to a way: it goes it, it goes another one, or it went another one further up by the same input. */
const STATES = { goes: 0, misses: 1, missed: 2 } as const;
export const STATE_COUNT = 3;

/**
 * What a record says in 32-bit numbers, of the way into a node: where its parent's products are (in bytes from those of the root), where the
 * state of the nearest way above by the same input is (that of the root, which every row goes, where there is none), its parent's number,
 * and the way's place among the parent's, to which eight times its input is added.
 */
export const RECORD = { bytes: 16, parentAt: 0, sameAt: 4, parent: 8, inputAndWay: 12 } as const;
/** The part of inputAndWay that is the way's place: a split has three ways at most. */
export const WAY_MASK = 7;

/** Where the parts of the memory start, in bytes. */
export type Areas = {
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
  stride: number;
  nodes: Uint32Array;
  /** The first and the second child of each split. */
  children: [Uint32Array, Uint32Array];
};

/** Most bytes of all tables of a model's trees that are kept; of larger ones one tree's at a time is made, for each request anew. */
export const MOST_KEPT = 2 ** 26;
/** So many rows are explained together, or fewer of many inputs. */
const BLOCK = { rows: 256, numbers: 2 ** 17 };

/** The points of a tree, in pairs. */
export function strideOf(trees: WeightedTrees, tree: number): number {
  return 2 * Math.ceil(pointsOf(trees, tree) / 2);
}

/** How many bytes a node of a tree of so many points takes in its table. */
function bytesOfNode(stride: number): number {
  return RECORD.bytes + 16 * STATE_COUNT * stride;
}

/** What a model's trees take. */
export type Plan = { areas: Areas; bytes: number; isKept: boolean; block: number };

/** Plans the memory for trees of so many inputs, of whose tables so many bytes are kept. */
export function planMemory(trees: WeightedTrees, inputs: number, mostKept: number): Plan {
  const { roots } = trees;
  const most = { nodes: 0, numbers: 0, table: 0 };
  let all = 0;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const [nodes, stride] = [roots[tree + 1]! - roots[tree]!, strideOf(trees, tree)];
    const table = nodes * bytesOfNode(stride);
    all += table;
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

/** Writes a tree's table to a place of the memory. */
export function writeTable(buffer: ArrayBuffer, trees: WeightedTrees, tree: number, at: number): PathTable {
  const stride = strideOf(trees, tree);
  const { numbers, ...table } = numberNodes(trees, tree);
  const { parent, above, input, roots } = trees;
  const start = roots[tree]!;
  const count = table.nodes.length;
  const records = new Int32Array(buffer, at, (count * RECORD.bytes) / 4);
  const factors = new Float64Array(buffer, at + count * RECORD.bytes, count * 2 * STATE_COUNT * stride);
  // Another tree's may have been here.
  factors.fill(0);
  const pointed = makePoints(trees, tree);
  const seen = new Uint8Array(table.splits);
  for (let local = 1; local < count; local += 1) {
    const node = start + local;
    const [number, up] = [numbers[local]!, numbers[parent[node]! - start]!];
    const way = seen[up]!;
    seen[up] = way + 1;
    if (way < 2) table.children[way]![up] = node;
    const record = (number * RECORD.bytes) / 4;
    records[record] = up * stride * 8;
    records[record + 1] = above[node] === node ? 0 : 4 * numbers[above[node]! - start]!;
    records[record + 2] = up;
    records[record + 3] = 8 * input[node]! + way;
    writeFactors(trees, node, pointed, factors.subarray(number * 2 * STATE_COUNT * stride), stride);
  }
  return { at, end: at + count * bytesOfNode(stride), stride, ...table };
}

/** The new numbers of a tree's nodes, and the nodes by these. */
function numberNodes({ roots, isLeaf }: WeightedTrees, tree: number): Omit<PathTable, 'at' | 'end' | 'stride'> & { numbers: Uint32Array } {
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

/** Points from 0 to 1, what is left of 1 behind each, and their weights. */
type Points = { points: Float64Array; rests: Float64Array; weights: Float64Array };

function makePoints(trees: WeightedTrees, tree: number): Points {
  const { points, weights } = gaussLegendre(pointsOf(trees, tree));
  return { points, rests: points.map((point) => 1 - point), weights };
}

/** The factors of the way into a node, at each of its states. What the same input adds further up is taken off: a product has one factor for it. */
function writeFactors(
  { above, known, share }: WeightedTrees,
  node: number,
  { points, rests, weights }: Points,
  out: Float64Array,
  stride: number,
): void {
  const own = known[node]!;
  const isFirst = above[node] === node;
  const before = isFirst ? 1 : known[above[node]!]!;
  const [goes, misses, missed] = [2 * stride * STATES.goes, 2 * stride * STATES.misses, 2 * stride * STATES.missed];
  for (let k = 0; k < points.length; k += 1) {
    const [t, rest, weight] = [points[k]!, rests[k]!, weights[k]!];
    const now = t + rest * own;
    const then = isFirst ? 1 : 1 / (t + rest * before);
    const taken = (1 - before) * then;
    out[goes + k] = now * then;
    out[goes + stride + k] = weight * ((1 - own) / now - taken);
    out[misses + k] = rest * own * then;
    out[misses + stride + k] = weight * (-1 / rest - taken);
    out[missed + k] = share[node]!;
  }
}
