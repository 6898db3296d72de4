import { makeTables, type RowsTables } from './rows-tables.ts';
import type { TreeGame } from './tree-shap.ts';
import { hasTables, type WeightedTrees, WORDS } from './trees.ts';

/*
 * Contributions beside all background rows at once (rows-shap.ts). A row goes down each tree with the set of the background rows that
 * still go with it: where its own value does not go a way, those stay whose value does. Where none is left, nothing below is
 * reached. At a leaf each row of the set stands for the inputs by which the row itself does not come here, and is missed at those by which
 * it does not come here itself.
 */

/** What a leaf's number is multiplied by, by how many inputs must be the row's (at least one) and how many the other's: a * most + b. */
export type OrderWeights = { weights: Float64Array; most: number };

/** The tables of trees, and the background rows that they are of. */
const TABLES = new WeakMap<WeightedTrees, { background: Float64Array; tables: RowsTables }>();

/** The tables of a model's trees for its background rows, which are made once; undefined where they would be too large. */
export function tablesOf(game: TreeGame, background: Float64Array, inputs: number): RowsTables | undefined {
  if (!hasTables(game.trees, background.length / inputs)) return undefined;
  const known = TABLES.get(game.trees);
  if (known?.background === background) return known.tables;
  const tables = makeTables(game, background, inputs);
  TABLES.set(game.trees, { background, tables });
  return tables;
}

/** One tree after another, and in each one row after another. */
export class Ways {
  readonly #game: TreeGame;
  readonly #tables: RowsTables;
  readonly #order: OrderWeights;
  /** All background rows. */
  readonly #all = new Uint32Array(WORDS);
  /** Of each node of a tree: the rows that still go with the row, whether it goes this way itself, and where it goes from there. */
  readonly #alive: Uint32Array;
  readonly #follows: Uint8Array;
  readonly #next: Uint32Array;
  /** Of each background row at a leaf: by how many inputs it is missed, and what that weighs. */
  readonly #missed = new Uint8Array(32 * WORDS);
  readonly #weighed = new Float64Array(32 * WORDS);

  constructor(game: TreeGame, tables: RowsTables, background: number, order: OrderWeights) {
    this.#game = game;
    this.#tables = tables;
    this.#order = order;
    for (let row = 0; row < background; row += 1) this.#all[row >>> 5]! |= 1 << (row & 31);
    const { roots } = game.trees;
    const largest = roots.reduce((most, root, tree) => Math.max(most, (roots[tree + 1] ?? root) - root), 0);
    this.#alive = new Uint32Array(WORDS * largest);
    this.#follows = new Uint8Array(largest);
    this.#next = new Uint32Array(largest);
  }

  /**
   * Adds what a tree gives each input of a row (that at a place of the rows) beside all background rows to its contributions; `scales` has what
   * each background row counts.
   */
  add(
    tree: number,
    { rows, row, output }: { rows: Float64Array; row: number; output: number },
    scales: Float64Array,
    out: Float64Array,
  ): void {
    const { trees, next, leaf } = this.#game;
    const { nodes, parent, above, skip, isLeaf, goes } = this.#tables;
    const [alive, follows, nexts] = [this.#alive, this.#follows, this.#next];
    const start = trees.roots[tree]!;
    const count = trees.roots[tree + 1]! - start;
    if (count === 1) return;
    alive.set(this.#all);
    nexts[0] = next(rows, row, nodes[start]!);
    for (let at = 1; at < count; ) {
      const place = start + at;
      const up = parent[place]!;
      const same = above[place]!;
      const own = nexts[up] === nodes[place] && (same === at || follows[same] === 1);
      follows[at] = own ? 1 : 0;
      let [a, b, c, d] = [alive[WORDS * up]!, alive[WORDS * up + 1]!, alive[WORDS * up + 2]!, alive[WORDS * up + 3]!];
      if (!own) {
        const set = WORDS * place;
        a &= goes[set]!;
        b &= goes[set + 1]!;
        c &= goes[set + 2]!;
        d &= goes[set + 3]!;
        if ((a | b | c | d) === 0) {
          at = skip[place]!;
          continue;
        }
      }
      alive[WORDS * at] = a;
      alive[WORDS * at + 1] = b;
      alive[WORDS * at + 2] = c;
      alive[WORDS * at + 3] = d;
      if (isLeaf[place] === 0) nexts[at] = next(rows, row, nodes[place]!);
      else this.#addLeaf(start, at, leaf(tree, nodes[place]!, output), scales, { out, row });
      at += 1;
    }
  }

  #addLeaf(start: number, at: number, number: number, scales: Float64Array, { out, row }: { out: Float64Array; row: number }): void {
    const { input, goes, starts, ends } = this.#tables;
    const [alive, follows, missed, weighed] = [this.#alive, this.#follows, this.#missed, this.#weighed];
    const { weights, most } = this.#order;
    const [first, last] = [starts[start + at]!, starts[start + at + 1]!];
    let others = 0;
    for (let word = 0; word < WORDS; word += 1)
      for (let left = alive[WORDS * at + word]!; left !== 0; left &= left - 1) missed[32 * word + 31 - Math.clz32(left & -left)] = 0;
    for (let end = first; end < last; end += 1) {
      const way = ends[end]!;
      if (follows[way] === 0) {
        others += 1;
        continue;
      }
      for (let word = 0; word < WORDS; word += 1) {
        const left = alive[WORDS * at + word]! & ~goes[WORDS * (start + way) + word]!;
        for (let some = left; some !== 0; some &= some - 1) missed[32 * word + 31 - Math.clz32(some & -some)]! += 1;
      }
    }
    let taken = 0;
    for (let word = 0; word < WORDS; word += 1) {
      for (let left = alive[WORDS * at + word]!; left !== 0; left &= left - 1) {
        const other = 32 * word + 31 - Math.clz32(left & -left);
        const own = missed[other]!;
        weighed[other] = scales[other]! * weights[own * most + others]!;
        taken += scales[other]! * weights[others * most + own]!;
      }
    }
    for (let end = first; end < last; end += 1) {
      const way = ends[end]!;
      let given = -taken;
      if (follows[way] === 1) {
        given = 0;
        for (let word = 0; word < WORDS; word += 1) {
          const left = alive[WORDS * at + word]! & ~goes[WORDS * (start + way) + word]!;
          for (let some = left; some !== 0; some &= some - 1) given += weighed[32 * word + 31 - Math.clz32(some & -some)]!;
        }
      }
      out[row + input[start + way]!]! += number * given;
    }
  }
}
