import { type Cuts, HOW, type WeightedTrees } from '../trees.ts';

/*
 * The numbers of a row by which splits are tested (../tree-shap.ts): it goes the first of two ways where one of them is at most the split's cut. A row
 * has a few numbers for each input, and behind them one for each split that is asked of the model.
 */

/** The numbers for each input: its value, and that with the other sign; each also so that a missing value passes every test. */
export const VARIANTS = 4;
export const VARIANT = { passes: 1, negative: 2 } as const;

/** A row's number for a split that is asked is 0 where it goes the first way, else 1. */
export const ASKED_CUT = 0.5;

/** A split that is asked of the model, by its node, and the child to which the second way leads. */
export type AskedSplit = { node: number; second: number };

/** Writes a row's numbers for its inputs from a place on. */
export function writeValues(to: Float64Array, place: number, row: Float64Array): void {
  row.forEach((value, input) => {
    for (let variant = 0; variant < VARIANTS; variant += 1) {
      const passes = Number.isNaN(value) && (variant & VARIANT.passes) !== 0;
      to[place + variant * row.length + input] = passes ? Number.NEGATIVE_INFINITY : (variant & VARIANT.negative) !== 0 ? -value : value;
    }
  });
}

/** Writes a row's numbers for the splits that are asked, by the child to which it goes from a node, from a place on. */
export function writeAsked(to: Float64Array, place: number, asked: AskedSplit[], next: (node: number) => number): void {
  asked.forEach(({ node, second }, at) => {
    to[place + at] = next(node) === second ? 1 : 0;
  });
}

/** How many splits of a tree are asked of the model. */
export function countAsked({ roots }: WeightedTrees, tree: number, cuts: Cuts | undefined): number {
  const start = roots[tree]!;
  const end = roots[tree + 1]!;
  if (!cuts) return (end - start) >> 1;
  const { how } = cuts;
  let count = 0;
  for (let node = start; node < end; node += 1) if (how[node] === HOW.asked) count += 1;
  return count;
}
