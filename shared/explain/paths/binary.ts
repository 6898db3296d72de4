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
  const { isLeaf, share, above, known } = trees;
  const count = isLeaf.length;
  // Where a node is now: what is put in stands right behind its split.
  const places = new Uint32Array(count + 1).fill(1, 1);
  for (const { node } of threes) places[node + 1] = 2;
  for (let node = 0; node < count; node += 1) places[node + 1]! += places[node]!;
  const nodes = new Uint32Array(places[count]!);
  for (let node = 0; node < count; node += 1) nodes.fill(node, places[node]!, places[node + 1]!);
  const placed = (of: ArrayLike<number>) => nodes.map((node) => places[of[node]!]!);
  const doubles = (of: ArrayLike<number>) => Float64Array.from(nodes, (node) => of[node]!);
  const bytes = (of: Uint8Array) => Uint8Array.from(nodes, (node) => of[node]!);
  const made: WeightedTrees = {
    ...{ roots: trees.roots.map((root) => places[root]!), parent: placed(trees.parent), isLeaf: bytes(isLeaf) },
    ...{
      input: nodes.map((node) => trees.input[node]!),
      share: doubles(share),
      above: placed(above),
      known: doubles(known),
      inputs: trees.inputs,
    },
  };
  const tests = cuts && { low: placed(cuts.low), high: placed(cuts.high), cut: doubles(cuts.cut), how: bytes(cuts.how) };
  for (const { node, others, third } of threes) {
    const at = places[node]!;
    const between = at + 1;
    const isFirst = above[third] === third;
    const both = share[others[0]]! + share[others[1]]!;
    made.parent[between] = at;
    made.input[between] = trees.input[third]!;
    made.share[between] = both;
    made.above[between] = isFirst ? between : places[above[third]!]!;
    made.known[between] = both * (isFirst ? 1 : known[above[third]!]!);
    for (const other of others) {
      const place = places[other]!;
      made.parent[place] = between;
      made.above[place] = between;
      made.share[place] = both > 0 ? share[other]! / both : 0.5;
    }
    if (!tests || tests.how[at] === HOW.asked) continue;
    // A value, whatever it is, or none.
    [tests.low[at], tests.high[at], tests.cut[at], tests.how[at]] = [between, places[third]!, Number.POSITIVE_INFINITY, HOW.atMost];
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
      const others: Three['others'] = cuts && cuts.how[up] !== HOW.asked ? [cuts.low[up]!, cuts.high[up]!] : [one, two];
      threes.push({ node: up, others, third: one + two + node - others[0] - others[1] });
    }
  }
  return threes;
}
