/** ranger's splitrules that are grown here. */
export const SPLIT_RULES = ['variance', 'gini', 'extratrees', 'hellinger', 'maxstat', 'logrank'] as const;
export type SplitRule = (typeof SPLIT_RULES)[number];

/** ranger's arguments, resolved: what its C++ core is called with. Names as in R, without their dots. */
export type TrainSettings = {
  /** The argument `seed` of ranger, an unsigned integer of 32 bits, not 0. */
  seed: number;
  numTrees: number;
  mtry: number;
  minNodeSize: number;
  /** 0: without bound. */
  maxDepth: number;
  replace: boolean;
  /** One share of the rows, or one a class in the order of classValues. */
  sampleFraction: number[];
  splitrule: SplitRule;
  numRandomSplits: number;
  /** For maxstat: the greatest p-value of a split, and the least share of the rows on each of its sides. */
  alpha: number;
  minprop: number;
  importance: 'none' | 'impurity' | 'permutation';
  keepInbag: boolean;
  oobError: boolean;
};

/** The best split of a node so far. A decrease below 0: none. */
export type Split = { column: number; value: number; decrease: number };

/** A node as its criterion sees it: its rows are `samples` from `start` up to `end`. */
export type NodeView = { samples: Uint32Array; start: number; end: number };

/** What differs between the kinds of trees. Called in the order: isPure, search, then impurity or a leaf. */
export type Criterion = {
  /** Whether nothing is left to part in a node. */
  isPure(node: NodeView): boolean;
  /** What ranger writes into split.values for a leaf. */
  leafValue(node: NodeView, pure: boolean): number;
  /** What a leaf holds beside: shares of classes, a cumulative hazard. */
  leafShares?(node: NodeView): Float64Array;
  /** Puts the best split over the columns, in their order, into `best`, whose decrease is -1 at first. */
  search(node: NodeView, columns: Uint32Array, best: Split): void;
  /** What the split just found adds to the impurity importance of its column. */
  impurity(node: NodeView, best: Split): number;
};
