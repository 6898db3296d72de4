import type { Contributions, Explaining, TreeGame } from './tree-shap.ts';
import { mostInputs, type WeightedTrees } from './trees.ts';

/*
 * Shapley values of trees beside background rows (interventional: Lundberg and others: From local explanations to global understanding
 * with explainable AI for trees, 2020, "independent" there): where an input is not known, it has the value of a background row, and the
 * contributions are the means over all background rows.
 *
 * Of one row x and one background row z, a leaf can only be reached where each input on the way is x's or z's. Where a of them must be
 * x's and b must be z's, an input of x's adds number * (a - 1)! b! / (a + b)!, and one of z's takes number * a! (b - 1)! / (a + b)! away.
 * One way down meets only the splits at which x and z part.
 */

/** The background rows; with `answerOf` the model's answer to a sum of trees is explained, of an output. */
export type Beside = { background: Float64Array; answerOf?: ((sum: number, output: number) => number) | undefined };

/** So many rows are taken together through each tree, or fewer where there are many inputs: each pair of rows has a number for each. */
const CHUNK = { rows: 64, numbers: 2 ** 20 };
/** From so many rows on it pays to keep where the background rows go. */
const FEW = 4;

/**
 * The contributions of each input to the sum of the trees, and the mean sum of the background rows. With `answerOf` the contributions of
 * each pair of rows are scaled to the difference of the two answers, as shap does, and the baseline is the mean answer.
 */
export function rowsShap(game: TreeGame, { rows, inputs, outputs, from, to }: Explaining, { background, answerOf }: Beside): Contributions {
  const out = { baselines: new Float64Array(outputs.length), contributions: new Float64Array(rows.length) };
  const given = background.length / inputs;
  const sums = new Map([...new Set(outputs)].map((output) => [output, sumsOf(game, background, inputs, { output, from, to })]));
  const pairs = new Pairs(game, inputs, background);
  const together = Math.max(1, Math.min(CHUNK.rows, Math.floor(CHUNK.numbers / (given * inputs))));
  for (let first = 0; first < outputs.length; first += together) {
    const last = Math.min(outputs.length, first + together);
    const some = { rows: rows.subarray(first * inputs, last * inputs), outputs: outputs.subarray(first, last) };
    const found = pairs.contributions(some, { from, to });
    for (let row = first; row < last; row += 1) {
      const output = outputs[row]!;
      const theirs = sums.get(output)!;
      const own = found.subarray((row - first) * given * inputs, (row - first + 1) * given * inputs);
      const sum = answerOf ? sumOf(game, rows, row * inputs, { output, from, to }) : 0;
      let baseline = 0;
      for (let z = 0; z < given; z += 1) {
        baseline += answerOf ? answerOf(theirs[z]!, output) : theirs[z]!;
        const scale = answerOf ? scaleOf((value) => answerOf(value, output), sum, theirs[z]!) : 1;
        for (let input = 0; input < inputs; input += 1) out.contributions[row * inputs + input]! += scale * own[z * inputs + input]!;
      }
      out.baselines[row] = baseline / given;
      for (let at = row * inputs; at < (row + 1) * inputs; at += 1) out.contributions[at]! /= given;
    }
  }
  return out;
}

/** How steep the answer is between two sums; where they are the same, how steep it is there. */
function scaleOf(answerOf: (sum: number) => number, one: number, other: number): number {
  if (one !== other) return (answerOf(one) - answerOf(other)) / (one - other);
  const step = 2 ** -20 * Math.max(1, Math.abs(one));
  return (answerOf(one + step) - answerOf(one - step)) / (2 * step);
}

/** An output of some of the trees. */
type Part = { output: number; from: number; to: number };

/** What the trees give each row of some that lie side by side. */
export function sumsOf(game: TreeGame, rows: Float64Array, inputs: number, part: Part): Float64Array {
  return Float64Array.from({ length: rows.length / inputs }, (_, row) => sumOf(game, rows, row * inputs, part));
}

function sumOf(game: TreeGame, rows: Float64Array, row: number, { output, from, to }: Part): number {
  const { roots } = game.trees;
  let sum = 0;
  for (let tree = from; tree < to; tree += 1)
    if (game.adds(tree, output)) sum += game.leaf(tree, leafOf(game, rows, row, roots[tree]!), output);
  return sum;
}

/** The leaf where a row ends. */
export function leafOf({ trees: { isLeaf }, next }: TreeGame, rows: Float64Array, row: number, root: number): number {
  let node = root;
  while (isLeaf[node] === 0) node = next(rows, row, node);
  return node;
}

/** Whose value an input has on a way: nobody's yet, the row's, the background row's. */
const WHOSE = { open: 0, own: 1, other: 2 } as const;

/** Pairs of a row and a background row on their ways through a tree. */
class Pairs {
  readonly #game: TreeGame;
  readonly #trees: WeightedTrees;
  readonly #inputs: number;
  readonly #background: Float64Array;
  /** What a leaf's number is multiplied by, by how many inputs must be the row's (at least one) and how many the other's. */
  readonly #weights: Float64Array;
  readonly #most: number;
  readonly #whose: Uint8Array;
  /** Where the row, and each background row, goes from a node of the tree; 0 where that was not asked yet. */
  readonly #ownNext: Uint32Array;
  #otherNext = new Uint32Array(0);
  #out = new Float64Array(0);
  #tree = 0;
  #start = 0;
  #output = 0;
  #rows: Float64Array = new Float64Array(0);
  #row = 0;
  #other = 0;
  #keptAt = 0;
  #at = 0;
  /** The second of the two sums that a way gives back. */
  #taken = 0;

  constructor(game: TreeGame, inputs: number, background: Float64Array) {
    const { roots } = game.trees;
    this.#game = game;
    this.#trees = game.trees;
    this.#inputs = inputs;
    this.#background = background;
    this.#most = mostInputs(game.trees) + 1;
    this.#weights = orderWeights(this.#most);
    this.#whose = new Uint8Array(inputs);
    this.#ownNext = new Uint32Array(largestOf(roots));
  }

  /** The contributions of each input, for each background row of each row. */
  contributions({ rows, outputs }: Pick<Explaining, 'rows' | 'outputs'>, { from, to }: Pick<Explaining, 'from' | 'to'>): Float64Array {
    const { roots } = this.#trees;
    const given = this.#background.length / this.#inputs;
    const keeps = outputs.length >= FEW;
    this.#out = new Float64Array(rows.length * given);
    this.#rows = rows;
    for (let tree = from; tree < to; tree += 1) {
      [this.#tree, this.#start] = [tree, roots[tree]!];
      const nodes = roots[tree + 1]! - this.#start;
      if (keeps && this.#otherNext.length < nodes * given) this.#otherNext = new Uint32Array(largestOf(roots) * given);
      if (keeps) this.#otherNext.fill(0, 0, nodes * given);
      for (let row = 0; row < outputs.length; row += 1) {
        this.#output = outputs[row]!;
        if (!this.#game.adds(tree, this.#output)) continue;
        this.#row = row * this.#inputs;
        this.#ownNext.fill(0, 0, nodes);
        for (let z = 0; z < given; z += 1) {
          this.#other = z * this.#inputs;
          this.#keptAt = keeps ? z * nodes : -1;
          this.#at = (row * given + z) * this.#inputs;
          this.#visit(this.#start, 0, 0);
        }
      }
    }
    return this.#out;
  }

  /** What the leaves below a node give to each input that must be the row's; #taken is what they take from each that must be the other's. */
  #visit(from: number, own: number, other: number): number {
    const { isLeaf, input } = this.#trees;
    let node = from;
    while (isLeaf[node] === 0) {
      const mine = this.#ownOf(node);
      const by = input[mine]!;
      const whose = this.#whose[by];
      if (whose === WHOSE.own) {
        node = mine;
        continue;
      }
      const theirs = this.#otherOf(node);
      if (whose === WHOSE.other || theirs === mine) {
        node = theirs;
        continue;
      }
      this.#whose[by] = WHOSE.own;
      const given = this.#visit(mine, own + 1, other);
      const taken = this.#taken;
      this.#whose[by] = WHOSE.other;
      const alsoGiven = this.#visit(theirs, own, other + 1);
      this.#whose[by] = WHOSE.open;
      this.#out[this.#at + by]! += given - this.#taken;
      this.#taken += taken;
      return given + alsoGiven;
    }
    const number = this.#game.leaf(this.#tree, node, this.#output);
    this.#taken = number * this.#weights[other * this.#most + own]!;
    return number * this.#weights[own * this.#most + other]!;
  }

  #ownOf(node: number): number {
    const place = node - this.#start;
    const kept = this.#ownNext[place]!;
    if (kept !== 0) return kept;
    const next = this.#game.next(this.#rows, this.#row, node);
    this.#ownNext[place] = next;
    return next;
  }

  #otherOf(node: number): number {
    if (this.#keptAt < 0) return this.#game.next(this.#background, this.#other, node);
    const place = this.#keptAt + node - this.#start;
    const kept = this.#otherNext[place]!;
    if (kept !== 0) return kept;
    const next = this.#game.next(this.#background, this.#other, node);
    this.#otherNext[place] = next;
    return next;
  }
}

/** The most nodes of a tree. */
function largestOf(roots: Uint32Array): number {
  return roots.reduce((most, root, tree) => Math.max(most, (roots[tree + 1] ?? root) - root), 0);
}

/** (a - 1)! b! / (a + b)! at the place a * most + b; 0 where a is 0, as then nobody is there to get it. */
function orderWeights(most: number): Float64Array {
  const weights = new Float64Array(most * most);
  for (let a = 1; a < most; a += 1) {
    weights[a * most] = a === 1 ? 1 : (weights[(a - 1) * most]! * (a - 1)) / a;
    for (let b = 1; a + b < most; b += 1) weights[a * most + b] = (weights[a * most + b - 1]! * b) / (a + b);
  }
  return weights;
}
