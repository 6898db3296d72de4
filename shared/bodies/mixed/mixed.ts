import type { Expression } from '../../expressions/expressions.ts';
import type { Linear } from '../linear/predict.ts';

/**
 * A term of random effects: numbers for each group, of which a row's group adds those of its columns. Without a number for its group a
 * row has a new group.
 */
export type GroupTerm = {
  /** What groups the rows, for people: "school", "class:school". */
  name: string;
  /** The places of the variables that make a group, from 1, and how many places each has. */
  parts: Expression[];
  sizes: number[];
  /** The columns, each the product of its expressions; none is the intercept. */
  columns: Expression[][];
  /** How many groups there were in training. */
  groups: number;
};

/** Fixed effects as a sum of columns, and terms of random effects that add to it before the link. */
export type Mixed = {
  fixed: Linear;
  terms: GroupTerm[];
  /** Term by term and group by group the group's key: its parts' places as the digits of one number (keyOf). */
  keys: Float64Array;
  /** Term by term and group by group the effect of each column. */
  effects: Float64Array;
};

/** One number for the places of all parts; NaN where one has none. */
export function keyOf(places: readonly number[], sizes: readonly number[]): number {
  let key = 0;
  for (const [at, size] of sizes.entries()) {
    const place = places[at]!;
    if (!(place >= 1 && place <= size)) return Number.NaN;
    key = key * size + place - 1;
  }
  return key;
}
