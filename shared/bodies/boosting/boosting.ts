import type { Objective } from './transforms.ts';

/** What a node's flags say; a node without any sends a missing value to the right. */
export const FLAGS = {
  /** A missing value goes left. */
  missingLeft: 1,
  /** The split is by a set of categories: the node's threshold is the place in `categories` where it starts. */
  categories: 2,
  /** A value in the set goes left; without this flag it goes right. */
  setLeft: 4,
  /** A missing value counts as the number 0. */
  missingIsZero: 8,
  /** The number 0 counts as missing. */
  zeroIsMissing: 16,
  /** Of a split by categories: the whole part of a number is its category, so that -0.5 is category 0. Callers may send such numbers. */
  wholePart: 32,
  /** Of a split by categories: behind the set lies one that goes the other way, and what is in neither goes the way of missing values. */
  threeWay: 64,
} as const;

/**
 * Boosted trees as parallel arrays, one place a node, tree after tree. Tree t owns the nodes from `roots[t]` up to `roots[t + 1]`;
 * its root comes first, and children always come after their parent, so that a walk ends.
 *
 * A node is a leaf where `left` is 0 (node 0 is a root, and so nobody's child); then `right` is its place in `leaves`. Trees add
 * their leaf to the margin of their group, in their order, onto the margin's base.
 */
export type Boosting = {
  /** float: inputs, thresholds and every sum are rounded to 32 bits; double: they are not. */
  precision: 'float' | 'double';
  /** A value goes left where it is less than the threshold, or where it is at most the threshold. */
  compare: 'less' | 'atMost';
  roots: Uint32Array;
  left: Uint32Array;
  right: Uint32Array;
  feature: Uint32Array;
  threshold: Float64Array;
  flags: Uint8Array;
  /** `width` doubles a leaf: one for the margin of its tree's group, or one for each margin. */
  leaves: Float64Array;
  width: number;
  /** The margin that a tree adds to; all trees belong to the first where it is not given. */
  group?: Uint16Array;
  /** One number a margin: what the trees' leaves are added to. */
  base: Float64Array;
  /** What each tree's leaf is multiplied by (DART). */
  weights?: Float64Array;
  /** The child that a missing value goes to, a third one, for each node; 0 where its flags say it. */
  missing?: Uint32Array;
  /** Sets of categories, side by side: how many words a set has, then its words; bit k of word w is category 32 w + k, the first is 0. */
  categories?: Uint32Array;
  /** What type leaf answers for each leaf; such answers are not offered where it is not given. */
  leafIds?: Uint32Array;
  /** The linear part of leaves (LightGBM's linear_tree): leaf k has the terms from `linearStarts[k]` up to `linearStarts[k + 1]`. */
  linearStarts?: Uint32Array;
  linearFeatures?: Uint32Array;
  linearCoefficients?: Float64Array;
  linearConstants?: Float64Array;
  /** Whether the sum of the trees is divided by the number of rounds (a forest of boosted trees). */
  average?: boolean;
  objective: Objective;
};

/** The number of trees. */
export function boostedTrees({ roots }: Boosting): number {
  return roots.length - 1;
}
