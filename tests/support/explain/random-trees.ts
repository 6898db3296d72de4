import type { TreeGame } from '../../../shared/explain/tree-shap.ts';
import { HOW, type Nodes, weighTrees } from '../../../shared/explain/trees.ts';

/** A node: a leaf's number and weight, or a split of an input with two or three children; which one takes the cut itself, and which missing values. */
export type RandomNode = {
  input: number;
  cut: number;
  children: RandomNode[];
  number: number;
  weight: number;
  isAtMost: boolean;
  missing: number;
};

/** A tree of at most so many splits one above another. Now and then a leaf has no weight, and a way splits by an input again. */
export function randomTree(random: () => number, inputs: number, depth: number): RandomNode {
  const isLeaf = depth === 0 || random() < 0.15;
  const weight = random() < 0.1 ? 0 : Math.ceil(random() * 50);
  const leaf = { input: 0, cut: 0, children: [], number: random() * 4 - 2, weight, isAtMost: random() < 0.5, missing: 0 };
  if (isLeaf) return leaf;
  const count = random() < 0.2 ? 3 : 2;
  const children = Array.from({ length: count }, () => randomTree(random, inputs, depth - 1));
  return { ...leaf, input: Math.floor(random() * inputs), cut: random(), children, missing: count === 3 ? 2 : Math.floor(2 * random()) };
}

/** The child to which a row goes. */
function childOf({ input, cut, children, isAtMost, missing }: RandomNode, row: ArrayLike<number>): RandomNode {
  const value = row[input]!;
  if (Number.isNaN(value)) return children[missing]!;
  return value < cut || (isAtMost && value === cut) ? children[0]! : children[1]!;
}

const WEIGHTS = new WeakMap<RandomNode, number>();

function weightOf(node: RandomNode): number {
  const { children, weight } = node;
  const known = WEIGHTS.get(node) ?? (children.length === 0 ? weight : children.reduce((sum, child) => sum + weightOf(child), 0));
  WEIGHTS.set(node, known);
  return known;
}

/** The tree's number where only the inputs of a coalition are known: the definition, by recursion. */
export function worthOf(node: RandomNode, row: ArrayLike<number>, coalition: number): number {
  if (node.children.length === 0) return node.number;
  if ((coalition >> node.input) & 1) return worthOf(childOf(node, row), row, coalition);
  const all = weightOf(node);
  return node.children.reduce((sum, child) => {
    return sum + (all > 0 ? weightOf(child) / all : 1 / node.children.length) * worthOf(child, row, coalition);
  }, 0);
}

/** Nodes by their children, none for a leaf and at most three. */
export function layNodes(count: number, children: (node: number) => number[], input: (node: number) => number): Nodes {
  const place = (way: number) => Uint32Array.from({ length: count }, (_, node) => children(node)[way] ?? 0);
  return { left: place(0), right: place(1), third: place(2), input: Uint32Array.from({ length: count }, (_, node) => input(node)) };
}

/** Trees laid out one node behind another, as what explains takes them; without what they say of their splits, each is asked for each row. */
export function gameOf(roots: RandomNode[]): TreeGame {
  const { cuts: _, ...game } = gameByCuts(roots, () => false);
  return game;
}

/** The same with splits by numbers, but for some that are asked. */
export function gameByCuts(roots: RandomNode[], isAsked: (node: RandomNode) => boolean): TreeGame {
  const nodes: RandomNode[] = [];
  const starts: number[] = [];
  for (const root of roots) {
    starts.push(nodes.length);
    nodes.push(root);
    for (let at = starts.at(-1)!; at < nodes.length; at += 1) nodes.push(...nodes[at]!.children);
  }
  const places = new Map(nodes.map((node, place) => [node, place]));
  const children = nodes.map((node) => node.children.map((child) => places.get(child)!));
  const laid = layNodes(
    nodes.length,
    (node) => children[node]!,
    (node) => nodes[node]!.input,
  );
  const trees = weighTrees(Uint32Array.from([...starts, nodes.length]), laid, (leaf) => nodes[leaf]!.weight)!;
  return {
    trees,
    next: (rows, row, node) => places.get(childOf(nodes[node]!, rows.subarray(row)))!,
    leaf: (_, node) => nodes[node]!.number,
    adds: () => true,
    cuts: () => ({
      ...{ low: laid.left, high: laid.right, cut: nodes.map(({ cut }) => cut) },
      how: Uint8Array.from(nodes, (node) => {
        if (node.children.length === 0) return 0;
        return isAsked(node) ? HOW.asked : (node.isAtMost ? HOW.atMost : 0) | (node.missing === 0 ? HOW.missingLow : 0);
      }),
    }),
  };
}

/**
 * Shapley values by their definition: the mean over all orders of inputs of what each adds when it comes. Slow on purpose; `inputs` is
 * small.
 */
export function byAllOrders(inputs: number, worth: (coalition: number) => number): number[] {
  const values = new Array<number>(inputs).fill(0);
  let orders = 0;
  const come = (coalition: number, gains: number[]) => {
    if (coalition === 2 ** inputs - 1) {
      orders += 1;
      gains.forEach((gain, input) => {
        values[input]! += gain;
      });
      return;
    }
    for (let input = 0; input < inputs; input += 1) {
      const joined = coalition | (1 << input);
      if (joined !== coalition) come(joined, gains.with(input, worth(joined) - worth(coalition)));
    }
  };
  come(0, new Array<number>(inputs).fill(0));
  return values.map((value) => value / orders);
}
