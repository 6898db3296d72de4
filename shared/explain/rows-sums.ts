import type { RowsTables } from './rows-tables.ts';
import type { TreeGame } from './tree-shap.ts';
import { WORDS } from './trees.ts';

/** An output of some of the trees. */
export type Part = { output: number; from: number; to: number };

/** What is known of the sums of the background rows that tables are of. */
const SUMS = new WeakMap<RowsTables, Map<string, Float64Array>>();
/** So many parts of a model are kept: of each class, and of some numbers of trees. */
const MOST_PARTS = 64;

/** What the trees give each background row, made once. Callers do not change it. */
export function backgroundSums(game: TreeGame, tables: RowsTables, background: number, part: Part): Float64Array {
  const kept = SUMS.get(tables) ?? new Map<string, Float64Array>();
  SUMS.set(tables, kept);
  const key = `${part.output} ${part.from} ${part.to}`;
  const known = kept.get(key);
  if (known) return known;
  const made = sumAll(game, tables, background, part);
  if (kept.size >= MOST_PARTS) kept.clear();
  kept.set(key, made);
  return made;
}

/** Sends all background rows down each tree at once, as sets of bits. Each row's leaves are added in the order of the trees. */
function sumAll({ trees, adds, leaf }: TreeGame, tables: RowsTables, background: number, { output, from, to }: Part): Float64Array {
  const { nodes, parent, skip, isLeaf, goes } = tables;
  const sums = new Float64Array(background);
  const largest = trees.roots.reduce((most, root, tree) => Math.max(most, (trees.roots[tree + 1] ?? root) - root), 0);
  const come = new Uint32Array(WORDS * largest);
  for (let row = 0; row < background; row += 1) come[row >>> 5]! |= 1 << (row & 31);
  for (let tree = from; tree < to; tree += 1) {
    if (!adds(tree, output)) continue;
    const start = trees.roots[tree]!;
    for (let at = 0; at < trees.roots[tree + 1]! - start; ) {
      const place = start + at;
      const up = WORDS * parent[place]!;
      let some = at === 0 ? 1 : 0;
      // The root keeps all of them.
      for (let word = 0; at > 0 && word < WORDS; word += 1) {
        const left = come[up + word]! & goes[WORDS * place + word]!;
        come[WORDS * at + word] = left;
        some |= left;
      }
      if (some === 0) {
        at = skip[place]!;
        continue;
      }
      if (isLeaf[place] === 1) addLeaf(sums, come, WORDS * at, leaf(tree, nodes[place]!, output));
      at += 1;
    }
  }
  return sums;
}

/** Adds a leaf's number to the sums of the rows of a set. */
function addLeaf(sums: Float64Array, sets: Uint32Array, at: number, number: number): void {
  for (let word = 0; word < WORDS; word += 1)
    for (let left = sets[at + word]!; left !== 0; left &= left - 1) sums[32 * word + 31 - Math.clz32(left & -left)]! += number;
}
