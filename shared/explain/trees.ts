/** Most splits above a leaf; no real tree comes near. */
export const MAX_DEPTH = 1_000;
/** Most numbers that are kept of a tree while a row is explained: its nodes times its points, of 64 bytes each. */
const MOST_NUMBERS = 2 ** 22;

/** The children of each node: none where `left` is 0, and a third one where `third` is not. The input that each splits. */
export type Nodes = { left: ArrayLike<number>; right: ArrayLike<number>; third?: ArrayLike<number> | undefined; input: ArrayLike<number> };

/** What a node's split says of values: a value that is the cut goes low, a missing one goes low (else high, or the third way); nothing but by the model itself. */
export const HOW = { atMost: 1, missingLow: 2, asked: 4 } as const;

/**
 * Splits by a number, one place a node: a row whose value is less than `cut` goes to the child `low`, one whose value is greater to `high`; `how` says the
 * rest (HOW; 0 for a leaf). The cut of one that is not asked is no NaN.
 */
export type Cuts = { low: ArrayLike<number>; high: ArrayLike<number>; cut: ArrayLike<number>; how: Uint8Array };

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
    above: new Uint32Array(count),
    known: new Float64Array(count).fill(1),
    inputs: new Uint32Array(roots.length - 1),
  };
  const total = sumsOf(count, nodes, weight);
  const depth = new Uint32Array(count);
  const distinct = new Uint32Array(count);
  const { left, right, third } = nodes;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const start = roots[tree]!;
    const end = roots[tree + 1]!;
    trees.above[start] = start;
    for (let node = start; node < end; node += 1) {
      if (left[node] === 0) {
        trees.isLeaf[node] = 1;
        if (distinct[node]! > trees.inputs[tree]!) trees.inputs[tree] = distinct[node]!;
        continue;
      }
      if (depth[node]! >= MAX_DEPTH) return undefined;
      // No pattern on the left: a model's first request runs this before it is compiled.
      const one = left[node]!;
      const two = right[node]!;
      const three = third === undefined ? 0 : third[node]!;
      const all = total[one]! + total[two]! + (three === 0 ? 0 : total[three]!);
      const ways = three === 0 ? 2 : 3;
      for (let way = 0; way < ways; way += 1) {
        const child = way === 0 ? one : way === 1 ? two : three;
        depth[child] = depth[node]! + 1;
        trees.parent[child] = node;
        trees.input[child] = nodes.input[node]!;
        // A node without any training row says nothing of its children.
        trees.share[child] = all > 0 ? total[child]! / all : 1 / ways;
        const above = sameAbove(trees, child, start);
        trees.above[child] = above;
        trees.known[child] = trees.share[child]! * (above === child ? 1 : trees.known[above]!);
        distinct[child] = distinct[node]! + (above === child ? 1 : 0);
      }
    }
    if ((end - start) * pointsOf(trees, tree) > MOST_NUMBERS) return undefined;
  }
  return trees;
}

/** The weight of each node: that of its leaves. */
function sumsOf(count: number, { left, right, third }: Nodes, weight: (leaf: number) => number): Float64Array {
  const total = new Float64Array(count);
  for (let node = count - 1; node >= 0; node -= 1) {
    if (left[node] === 0) total[node] = weight(node);
    else total[node] = total[left[node]!]! + total[right[node]!]! + (third === undefined || third[node] === 0 ? 0 : total[third[node]!]!);
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

/** How many numbers a node has at the points of a tree: these come in pairs. */
export function strideOf(trees: Pick<WeightedTrees, 'inputs'>, tree: number): number {
  return 2 * Math.ceil(pointsOf(trees, tree) / 2);
}

/** The most bytes that a node takes in a table by paths (paths/memory.ts), with so many numbers at the points. */
export function bytesOfNode(stride: number): number {
  return 32 + 16 * stride;
}

/** Most bytes of all tables by paths that are kept; of larger ones one tree's at a time is made, for each request anew. */
export const MOST_KEPT = 2 ** 26;

/** How many bytes all tables by paths take at the most. */
export function bytesOfTables(trees: WeightedTrees): number {
  const { roots } = trees;
  let all = 0;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) all += (roots[tree + 1]! - roots[tree]!) * bytesOfNode(strideOf(trees, tree));
  return all;
}

/** Numbers of 32 bits in a set of background rows. */
export const WORDS = 4;
/** Most nodes of all trees for which tables of background rows are made: of about 50 bytes each. */
const MOST_NODES = 2 ** 20;

/** Most ways to the leaves that are kept of all trees, about: as many as a tree has leaves, times its inputs on a way, of 4 bytes each. */
const MOST_ENDS = 2 ** 24;

/** Whether trees are small enough for tables of where background rows go, and these few enough (rows-tables.ts). */
export function hasTables({ roots, inputs, isLeaf }: Pick<WeightedTrees, 'roots' | 'inputs' | 'isLeaf'>, background: number): boolean {
  let ends = 0;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) ends += ((roots[tree + 1]! - roots[tree]! + 1) / 2) * inputs[tree]!;
  return isLeaf.length <= MOST_NODES && ends <= MOST_ENDS && background <= 32 * WORDS;
}
