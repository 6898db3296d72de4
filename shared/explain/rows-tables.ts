import type { TreeGame } from './tree-shap.ts';
import { type WeightedTrees, WORDS } from './trees.ts';

/*
 * Where the background rows go in a model's trees, found once (rows-ways.ts). Of each way it is kept, as a set of bits, which background
 * rows go it and all ways above it by the same input: these can stand for the input where the row's own value cannot.
 *
 * The nodes of a tree are numbered anew, each behind its parent and all below a node right behind it, so that one step skips what a row and
 * no background row reach together.
 */

/** The tables of all trees, one behind another: tree t's nodes from `roots[t]` on, each told by its place among those of its tree. */
export type RowsTables = {
  /** The node, of the trees. */
  nodes: Uint32Array;
  parent: Uint32Array;
  above: Uint32Array;
  /** The first node behind all that lie below this one. */
  skip: Uint32Array;
  isLeaf: Uint8Array;
  input: Uint32Array;
  /** The background rows that go this way and those above it by the same input, WORDS numbers a node. */
  goes: Uint32Array;
  /** Of each leaf the last way to it by each input: from `ends[starts[node]]` up to `ends[starts[node + 1]]`. */
  starts: Uint32Array;
  ends: Uint32Array;
};

/** Makes the tables for background rows, which lie side by side. */
export function makeTables(game: TreeGame, background: Float64Array, inputs: number): RowsTables {
  const { trees } = game;
  const count = trees.isLeaf.length;
  const [nodes, parent, above, skip, input] = [0, 1, 2, 3, 4].map(() => new Uint32Array(count)) as [
    ...[Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array],
  ];
  const isLeaf = new Uint8Array(count);
  const places = new Uint32Array(count);
  for (let tree = 0; tree + 1 < trees.roots.length; tree += 1) {
    const [start, end] = [trees.roots[tree]!, trees.roots[tree + 1]!];
    numberNodes(trees, tree, places, skip);
    for (let node = start; node < end; node += 1) {
      const at = start + places[node]!;
      nodes[at] = node;
      parent[at] = node === start ? 0 : places[trees.parent[node]!]!;
      above[at] = node === start ? 0 : places[trees.above[node]!]!;
      input[at] = trees.input[node]!;
      isLeaf[at] = trees.isLeaf[node]!;
    }
  }
  const { starts, ends } = endsOf(trees.roots, parent, above, isLeaf);
  const tables = { nodes, parent, above, skip, isLeaf, input, goes: new Uint32Array(WORDS * count), starts, ends };
  fillGoes(game, tables, places, background, inputs);
  return tables;
}

/** The place of each of a tree's nodes among them, each behind its parent with all below it, and by these places what lies behind that. */
function numberNodes({ roots, parent }: WeightedTrees, tree: number, places: Uint32Array, skip: Uint32Array): void {
  const [start, end] = [roots[tree]!, roots[tree + 1]!];
  const size = new Uint32Array(end - start).fill(1);
  for (let node = end - 1; node > start; node -= 1) size[parent[node]! - start]! += size[node - start]!;
  // The next free place below each node.
  const free = new Uint32Array(end - start);
  for (let node = start; node < end; node += 1) {
    const up = parent[node]! - start;
    const place = node === start ? 0 : free[up]!;
    const behind = place + size[node - start]!;
    if (node > start) free[up] = behind;
    places[node] = place;
    free[node - start] = place + 1;
    skip[start + place] = behind;
  }
}

/** The last ways to each leaf by each input: they are counted first, as a list that grows takes several times their room. */
function endsOf(roots: Uint32Array, parent: Uint32Array, above: Uint32Array, isLeaf: Uint8Array): Pick<RowsTables, 'starts' | 'ends'> {
  const starts = new Uint32Array(isLeaf.length + 1);
  let count = 0;
  eachEnd(roots, parent, above, isLeaf, (leaf) => {
    starts[leaf + 1]! += 1;
    count += 1;
  });
  for (let node = 0; node < isLeaf.length; node += 1) starts[node + 1]! += starts[node]!;
  const ends = new Uint32Array(count);
  let at = 0;
  eachEnd(roots, parent, above, isLeaf, (_, way) => {
    ends[at] = way;
    at += 1;
  });
  return { starts, ends };
}

/** Hands over each leaf with the last way to it by each input. */
function eachEnd(
  roots: Uint32Array,
  parent: Uint32Array,
  above: Uint32Array,
  isLeaf: Uint8Array,
  take: (leaf: number, way: number) => void,
): void {
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const start = roots[tree]!;
    const isTaken = new Uint8Array(roots[tree + 1]! - start);
    for (let at = start; at < roots[tree + 1]!; at += 1) {
      if (isLeaf[at] === 0) continue;
      for (let way = at - start; way > 0; way = parent[start + way]!) {
        if (isTaken[way] === 0) take(at, way);
        isTaken[above[start + way]!] = 1;
      }
      for (let way = at - start; way > 0; way = parent[start + way]!) isTaken[above[start + way]!] = 0;
    }
  }
}

/** The values of an input among the background rows: a row of each, and the set of the rows that have it. */
type Values = { row: number; set: Uint32Array }[];

function valuesOf(background: Float64Array, inputs: number, input: number): Values {
  const found = new Map<number, Values[number]>();
  for (let row = 0; row * inputs < background.length; row += 1) {
    const value = background[row * inputs + input]!;
    const known = found.get(value) ?? { row: row * inputs, set: new Uint32Array(WORDS) };
    known.set[row >>> 5]! |= 1 << (row & 31);
    found.set(value, known);
  }
  return [...found.values()];
}

/** Sends each value of the background rows on from each split. */
function fillGoes({ trees, next }: TreeGame, tables: RowsTables, places: Uint32Array, background: Float64Array, inputs: number): void {
  const { nodes, skip, above, isLeaf, input, goes } = tables;
  const values = Array.from({ length: inputs }, (_, at) => valuesOf(background, inputs, at));
  for (let tree = 0; tree + 1 < trees.roots.length; tree += 1) {
    const [start, end] = [trees.roots[tree]!, trees.roots[tree + 1]!];
    for (let at = start; at < end; at += 1) {
      if (isLeaf[at] === 1) continue;
      const node = nodes[at]!;
      for (const { row, set } of values[input[at + 1]!]!) {
        const child = start + places[next(background, row, node)]!;
        for (let word = 0; word < WORDS; word += 1) goes[WORDS * child + word]! |= set[word]!;
      }
      for (let child = at + 1; child < start + skip[at]!; child = start + skip[child]!) {
        const same = start + above[child]!;
        if (same !== child) for (let word = 0; word < WORDS; word += 1) goes[WORDS * child + word]! &= goes[WORDS * same + word]!;
      }
    }
  }
}
