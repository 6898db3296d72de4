/** Most splits above a leaf; no real tree comes near. */
export const MAX_DEPTH = 1_000;
/** Most numbers that are kept of a tree while a row is explained: its nodes times its points, of 64 bytes each. */
const MOST_NUMBERS = 2 ** 22;

/** The children of a node, none for a leaf, and the input that it splits. */
export type Nodes = { children(node: number): readonly number[]; input(node: number): number };

/**
 * Trees with the weight of each way through them, one place a node. Tree t owns the nodes from `roots[t]` up to `roots[t + 1]`, and
 * children come after their parents. What is said of a node that is no root is said of the way into it.
 */
export type WeightedTrees = {
  roots: Uint32Array;
  parent: Uint32Array;
  isLeaf: Uint8Array;
  /** The input by which its parent splits. */
  input: Uint32Array;
  /** The part of the parent's training rows that went this way. */
  share: Float64Array;
  /** The nearest node above whose way is by the same input; itself where there is none. */
  above: Uint32Array;
  /** The product of the shares of this way and of those above by the same input. */
  known: Float64Array;
  /** The most distinct inputs on a way from the root to a leaf, of each tree. */
  inputs: Uint32Array;
};

/**
 * Puts trees together with the weights of their leaves. `weight` is how many training rows a leaf has, and 0 for any other node.
 * Undefined where a leaf lies deeper than MAX_DEPTH, or a tree takes more memory than MOST_NUMBERS.
 */
export function weighTrees(roots: Uint32Array, nodes: Nodes, weight: (leaf: number) => number): WeightedTrees | undefined {
  const count = roots.at(-1)!;
  const trees: WeightedTrees = {
    roots,
    parent: new Uint32Array(count),
    isLeaf: new Uint8Array(count),
    input: new Uint32Array(count),
    share: new Float64Array(count).fill(1),
    above: Uint32Array.from({ length: count }, (_, node) => node),
    known: new Float64Array(count).fill(1),
    inputs: new Uint32Array(roots.length - 1),
  };
  const total = sumsOf(count, nodes, weight);
  const depth = new Uint32Array(count);
  const distinct = new Uint32Array(count);
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    for (let node = roots[tree]!; node < roots[tree + 1]!; node += 1) {
      const children = nodes.children(node);
      if (children.length === 0) {
        trees.isLeaf[node] = 1;
        trees.inputs[tree] = Math.max(trees.inputs[tree]!, distinct[node]!);
        continue;
      }
      if (depth[node]! >= MAX_DEPTH) return undefined;
      const all = children.reduce((sum, child) => sum + total[child]!, 0);
      for (const child of children) {
        depth[child] = depth[node]! + 1;
        trees.parent[child] = node;
        trees.input[child] = nodes.input(node);
        // A node without any training row says nothing of its children.
        trees.share[child] = all > 0 ? total[child]! / all : 1 / children.length;
        const above = sameAbove(trees, child, roots[tree]!);
        trees.above[child] = above;
        trees.known[child] = trees.share[child]! * (above === child ? 1 : trees.known[above]!);
        distinct[child] = distinct[node]! + (above === child ? 1 : 0);
      }
    }
    if ((roots[tree + 1]! - roots[tree]!) * pointsOf(trees, tree) > MOST_NUMBERS) return undefined;
  }
  return trees;
}

/** The weight of each node: that of its leaves. */
function sumsOf(count: number, { children }: Nodes, weight: (leaf: number) => number): Float64Array {
  const total = new Float64Array(count);
  for (let node = count - 1; node >= 0; node -= 1) {
    const below = children(node);
    total[node] = below.length === 0 ? weight(node) : below.reduce((sum, child) => sum + total[child]!, 0);
  }
  return total;
}

/** The nearest node above whose way is by the same input; the node itself where there is none. */
function sameAbove({ parent, input }: WeightedTrees, node: number, root: number): number {
  for (let above = parent[node]!; above !== root; above = parent[above]!) if (input[above] === input[node]) return above;
  return node;
}

/** The numbers of points that the integrals of a tree take: their integrands have a degree below the number of inputs on a way. */
export function pointsOf({ inputs }: Pick<WeightedTrees, 'inputs'>, tree: number): number {
  return Math.ceil(inputs[tree]! / 2);
}

/** How many steps of computing the contributions of a row take: a node at a point is one. */
export function workOf(trees: WeightedTrees): number {
  let work = 0;
  for (let tree = 0; tree + 1 < trees.roots.length; tree += 1)
    work += (trees.roots[tree + 1]! - trees.roots[tree]!) * Math.max(1, pointsOf(trees, tree));
  return work;
}

/** The most distinct inputs on a way, of all trees. */
export function mostInputs({ inputs }: Pick<WeightedTrees, 'inputs'>): number {
  return inputs.reduce((most, one) => Math.max(most, one), 0);
}
