import type { OrderWeights } from './rows-ways.ts';
import type { Explaining, TreeGame } from './tree-shap.ts';
import type { WeightedTrees } from './trees.ts';

/*
 * Contributions of pairs of a row and a background row, one after another, of trees that are too large for tables of where the background rows
 * go (rows-tables.ts). One way down meets only the splits at which the two part.
 */

/** From so many rows on it pays to keep where the background rows go. */
const FEW = 4;

/** Whose value an input has on a way: nobody's yet, the row's, the background row's. */
const WHOSE = { open: 0, own: 1, other: 2 } as const;

/** Pairs of a row and a background row on their ways through a tree. */
export class Pairs {
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

  constructor(game: TreeGame, inputs: number, background: Float64Array, { weights, most }: OrderWeights) {
    const { roots } = game.trees;
    this.#game = game;
    this.#trees = game.trees;
    this.#inputs = inputs;
    this.#background = background;
    this.#most = most;
    this.#weights = weights;
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
