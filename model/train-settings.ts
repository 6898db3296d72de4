/** ranger's splitrules that are grown here. */
export const SPLIT_RULES = ['variance', 'gini', 'extratrees', 'hellinger', 'maxstat', 'logrank'] as const;
export type SplitRule = (typeof SPLIT_RULES)[number];

/** ranger's arguments, resolved: what its C++ core is called with. Names as in R, without their dots. */
export type TrainSettings = {
  /** ranger's own seed, an unsigned integer of 32 bits, not 0. */
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
