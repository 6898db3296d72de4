import { gaussLegendre } from './quadrature.ts';
import { pointsOf, type WeightedTrees, workOf } from './trees.ts';

/*
 * Shapley values of trees, path-dependent (Lundberg, Erion, Lee: Consistent Individualized Feature Attribution for Tree Ensembles,
 * 2018): where an input is not known, a row goes every way of a split by the share of training rows that went it.
 *
 * A leaf's part in the game is its number times a factor for each input on the way to it: 1 or 0 where the input is known (whether
 * the row goes that way), the product of the shares where it is not. Shapley's weights |S|! (m - 1 - |S|)! / m! are the integral of
 * t^|S| (1 - t)^(m - 1 - |S|) from 0 to 1, so that an input's contribution is the integral over t of
 *
 *   number * (goes - share) * product over the other inputs of (t * goes + (1 - t) * share)
 *
 * a polynomial in t, which Gauss's quadrature integrates exactly (Owen's multilinear extension). At each of its points one way down
 * makes the products, and one way up sums the leaves, so that a row takes as many steps as the trees have nodes, times the points
 * (Linear TreeSHAP: Yu, Xu, Schuurmans, 2022, whose polynomials are these). All factors are positive: nothing cancels.
 */

/** A model's trees, how a row goes through them, and the number that a leaf adds to an output; 0 where its tree adds to others only. */
export type TreeGame = {
  trees: WeightedTrees;
  /** The child of a split to which a row goes. */
  next(rows: Float64Array, row: number, node: number): number;
  leaf(tree: number, node: number, output: number): number;
  /** Whether a tree adds to an output. */
  adds(tree: number, output: number): boolean;
};

/** The rows to explain, side by side, of so many inputs each; the output of each that is explained; and the trees to use. */
export type Explaining = { rows: Float64Array; inputs: number; outputs: Uint32Array; from: number; to: number };

/** A number a row that an unknown row gets, and for each of its inputs what it adds. */
export type Contributions = { baselines: Float64Array; contributions: Float64Array };

/** The contributions of each input to the sum of the trees, and the sum where no input is known. */
export function treeShap(game: TreeGame, { rows, inputs, outputs, from, to }: Explaining): Contributions {
  const { trees } = game;
  const out = { baselines: new Float64Array(outputs.length), contributions: new Float64Array(rows.length) };
  const used = [...new Set(outputs)];
  const scratch = scratchFor(trees);
  for (let tree = from; tree < to; tree += 1) {
    const adds = used.map((output) => game.adds(tree, output));
    const numbers = used.map((output, place) => (adds[place] ? numbersOf(game, tree, output) : undefined));
    const means = numbers.map((some) => (some ? meanOf(trees, tree, some) : 0));
    const factors = trees.inputs[tree]! > 0 ? factorsOf(trees, tree) : undefined;
    for (let row = 0; row < outputs.length; row += 1) {
      const place = used.length === 1 ? 0 : used.indexOf(outputs[row]!);
      out.baselines[row]! += means[place]!;
      const own = numbers[place];
      if (!factors || !own) continue;
      goDown(game, factors, scratch, { tree, numbers: own, rows, row: row * inputs });
      goUp(trees, factors, scratch, tree, out.contributions, row * inputs);
    }
  }
  return out;
}

/** How a row stands to a way: it goes it, it goes another one, or it went another one further up by the same input. */
const STATES = { goes: 0, misses: 1, missed: 2 } as const;
const STATE_COUNT = 3;

/**
 * What each way multiplies the products by, and what the leaves below it are multiplied by for the input's contribution (the
 * quadrature's weight among it). A number for each point, these for each of STATES, these for each node.
 */
type Factors = { points: number; ways: Float64Array; parts: Float64Array };

/** The factors of each tree, of trees that are small enough to keep them. */
const KEPT = new WeakMap<WeightedTrees, Map<number, Factors>>();
/** Most steps of all trees (workOf) for which the factors are kept: 48 bytes each. */
const MOST_KEPT = 2 ** 18;

function factorsOf(trees: WeightedTrees, tree: number): Factors {
  let kept = KEPT.get(trees);
  if (!kept && workOf(trees) <= MOST_KEPT) {
    kept = new Map();
    KEPT.set(trees, kept);
  }
  const factors = kept?.get(tree) ?? makeFactors(trees, tree);
  kept?.set(tree, factors);
  return factors;
}

function makeFactors({ roots, above, known, share, ...trees }: WeightedTrees, tree: number): Factors {
  const [start, end] = [roots[tree]!, roots[tree + 1]!];
  const points = pointsOf(trees, tree);
  const quadrature = gaussLegendre(points);
  const length = (end - start) * STATE_COUNT * points;
  const [ways, parts] = [new Float64Array(length), new Float64Array(length)];
  for (let node = start + 1; node < end; node += 1) {
    const own = known[node]!;
    const before = above[node] === node ? 1 : known[above[node]!]!;
    for (let k = 0; k < points; k += 1) {
      const [t, weight] = [quadrature.points[k]!, quadrature.weights[k]!];
      const now = t + (1 - t) * own;
      // What the same input adds further up is taken off: the product has one factor for it.
      const then = 1 / (t + (1 - t) * before);
      const taken = (1 - before) * then;
      const at = (node - start) * STATE_COUNT * points + k;
      const [goes, misses, missed] = [at + STATES.goes * points, at + STATES.misses * points, at + STATES.missed * points];
      ways[goes] = now * then;
      parts[goes] = weight * ((1 - own) / now - taken);
      ways[misses] = (1 - t) * own * then;
      parts[misses] = weight * (-1 / (1 - t) - taken);
      ways[missed] = share[node]!;
    }
  }
  return { points, ways, parts };
}

/** Memory for one tree after another: the products and the sums at each point, the state of each way, and where the row goes. */
type Scratch = { products: Float64Array; sums: Float64Array; states: Uint8Array; taken: Uint32Array };

function scratchFor(trees: WeightedTrees): Scratch {
  let [nodes, numbers] = [0, 0];
  for (let tree = 0; tree + 1 < trees.roots.length; tree += 1) {
    const own = trees.roots[tree + 1]! - trees.roots[tree]!;
    nodes = Math.max(nodes, own);
    numbers = Math.max(numbers, own * pointsOf(trees, tree));
  }
  const [products, sums] = [new Float64Array(numbers), new Float64Array(numbers)];
  return { products, sums, states: new Uint8Array(nodes), taken: new Uint32Array(nodes) };
}

type Row = { tree: number; numbers: Float64Array; rows: Float64Array; row: number };

/** From the root to the leaves: the product of the ways to each node, and each leaf's number times that to it. */
function goDown({ trees, next }: TreeGame, { points, ways }: Factors, scratch: Scratch, { tree, numbers, rows, row }: Row): void {
  const { roots, parent, isLeaf, above } = trees;
  const { products, sums, states, taken } = scratch;
  const [start, end] = [roots[tree]!, roots[tree + 1]!];
  products.fill(1, 0, points);
  for (let node = start; node < end; node += 1) {
    const local = node - start;
    const at = local * points;
    if (local > 0) {
      const up = parent[node]! - start;
      const same = above[node]! - start;
      const isOpen = same === local || states[same] === STATES.goes;
      const state = isOpen ? (taken[up] === node ? STATES.goes : STATES.misses) : STATES.missed;
      states[local] = state;
      const way = (local * STATE_COUNT + state) * points;
      const upAt = up * points;
      for (let k = 0; k < points; k += 1) products[at + k] = products[upAt + k]! * ways[way + k]!;
    }
    if (isLeaf[node] === 1) {
      const number = numbers[local]!;
      for (let k = 0; k < points; k += 1) sums[at + k] = products[at + k]! * number;
    } else {
      taken[local] = next(rows, row, node);
      for (let k = 0; k < points; k += 1) sums[at + k] = 0;
    }
  }
}

/** From the leaves to the root: what lies below each way is summed, and adds to the contribution of the way's input. */
function goUp(
  { roots, parent, input }: WeightedTrees,
  { points, parts }: Factors,
  { sums, states }: Scratch,
  tree: number,
  contributions: Float64Array,
  row: number,
): void {
  const [start, end] = [roots[tree]!, roots[tree + 1]!];
  for (let node = end - 1; node > start; node -= 1) {
    const local = node - start;
    const at = local * points;
    const upAt = (parent[node]! - start) * points;
    const part = (local * STATE_COUNT + states[local]!) * points;
    let sum = 0;
    for (let k = 0; k < points; k += 1) {
      const below = sums[at + k]!;
      sums[upAt + k]! += below;
      sum += below * parts[part + k]!;
    }
    contributions[row + input[node]!]! += sum;
  }
}

/** The numbers of a tree's leaves for an output, by their places in the tree. */
function numbersOf({ trees: { roots, isLeaf }, leaf }: TreeGame, tree: number, output: number): Float64Array {
  const start = roots[tree]!;
  const numbers = new Float64Array(roots[tree + 1]! - start);
  for (let local = 0; local < numbers.length; local += 1)
    if (isLeaf[start + local] === 1) numbers[local] = leaf(tree, start + local, output);
  return numbers;
}

/** The mean of a tree's leaves by their shares. */
function meanOf({ roots, parent, share, isLeaf }: WeightedTrees, tree: number, numbers: Float64Array): number {
  const start = roots[tree]!;
  const reached = new Float64Array(numbers.length);
  reached[0] = 1;
  let mean = 0;
  for (let local = 0; local < numbers.length; local += 1) {
    if (local > 0) reached[local] = reached[parent[start + local]! - start]! * share[start + local]!;
    if (isLeaf[start + local] === 1) mean += reached[local]! * numbers[local]!;
  }
  return mean;
}
