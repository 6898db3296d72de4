import { type Cuts, HOW, type WeightedTrees } from '../trees.ts';

/** Trees whose splits have two ways each; and which node of the model each is (that of its split, where it was put in), unless all are. */
export type BinaryTrees = { trees: WeightedTrees; cuts: Cuts | undefined; nodes: Uint32Array | undefined };

/** A split with three ways: its children by the first of two tests, and the third one. */
type Three = { node: number; others: [number, number]; third: number };

/**
 * Makes of each split with three ways two of the same input: one of the first two ways or the third, and behind it which of the two. It is the same
 * game, as the shares of one way after another are multiplied. The nodes of the model stay in their order.
 */
export function binaryTrees(trees: WeightedTrees, cuts: Cuts | undefined): BinaryTrees {
  if (isBinary(trees)) return { trees, cuts, nodes: undefined };
  const threes = findThrees(trees, cuts);
  const { roots, parent, isLeaf, input, share, above, known, inputs } = trees;
  const count = isLeaf.length;
  // Where a node is now: what is put in stands right behind its split.
  const places = new Uint32Array(count + 1).fill(1, 1);
  for (const { node } of threes) places[node + 1] = 2;
  for (let node = 0; node < count; node += 1) places[node + 1]! += places[node]!;
  const all = places[count]!;
  const nodes = new Uint32Array(all);
  for (let node = 0; node < count; node += 1) nodes.fill(node, places[node]!, places[node + 1]!);
  const placeOf = (node: number) => places[node]!;
  const made: WeightedTrees = {
    ...{ roots: roots.map(placeOf), parent: nodes.map((node) => placeOf(parent[node]!)), inputs },
    ...{ isLeaf: Uint8Array.from(nodes, (node) => isLeaf[node]!), input: nodes.map((node) => input[node]!) },
    ...{ share: Float64Array.from(nodes, (node) => share[node]!), known: Float64Array.from(nodes, (node) => known[node]!) },
    above: nodes.map((node) => placeOf(above[node]!)),
  };
  const tests = cuts && {
    ...{ low: nodes.map((node) => placeOf(cuts.low[node]!)), high: nodes.map((node) => placeOf(cuts.high[node]!)) },
    ...{ cut: Float64Array.from(nodes, (node) => cuts.cut[node]!), how: Uint8Array.from(nodes, (node) => cuts.how[node]!) },
  };
  for (const { node, others, third } of threes) {
    const [at, between] = [placeOf(node), placeOf(node) + 1];
    const isFirst = above[third] === third;
    const both = share[others[0]]! + share[others[1]]!;
    made.parent[between] = at;
    made.input[between] = input[third]!;
    made.share[between] = both;
    made.above[between] = isFirst ? between : placeOf(above[third]!);
    made.known[between] = both * (isFirst ? 1 : known[above[third]!]!);
    for (const other of others) {
      const place = placeOf(other);
      made.parent[place] = between;
      made.share[place] = both > 0 ? share[other]! / both : 0.5;
      made.above[place] = between;
    }
    if (!tests || tests.how[at] === HOW.asked) continue;
    // A value, whatever it is, or none.
    [tests.low[at], tests.high[at], tests.cut[at], tests.how[at]] = [between, placeOf(third), Number.POSITIVE_INFINITY, HOW.atMost];
  }
  return { trees: made, cuts: tests, nodes };
}

/** Trees of splits with two ways have a leaf more than splits each. */
function isBinary({ roots, isLeaf }: WeightedTrees): boolean {
  let leaves = 0;
  for (let node = 0; node < isLeaf.length; node += 1) leaves += isLeaf[node]!;
  return 2 * leaves === isLeaf.length + roots.length - 1;
}

/** The splits with three ways. Of one that is asked the last child counts as the third. */
function findThrees({ roots, parent, isLeaf }: WeightedTrees, cuts: Cuts | undefined): Three[] {
  const [ways, children] = [new Uint8Array(isLeaf.length), new Uint32Array(3 * isLeaf.length)];
  const threes: Three[] = [];
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    for (let node = roots[tree]! + 1; node < roots[tree + 1]!; node += 1) {
      const up = parent[node]!;
      children[3 * up + ways[up]!] = node;
      ways[up]! += 1;
      if (ways[up] !== 3) continue;
      const [one, two] = [children[3 * up]!, children[3 * up + 1]!];
      if (!cuts || cuts.how[up] === HOW.asked) threes.push({ node: up, others: [one, two], third: node });
      else threes.push({ node: up, others: [cuts.low[up]!, cuts.high[up]!], third: one + two + node - cuts.low[up]! - cuts.high[up]! });
    }
  }
  return threes;
}
