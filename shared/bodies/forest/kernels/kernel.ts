/**
 * Adds up, for rows that lie side by side, what their leaves hold, tree after tree, into `sums`, which come as zeros:
 * `outputs` doubles a row, the width of a leaf or, where trees vote, the number of classes.
 */
export type Kernel = {
  sum(rows: Float64Array, sums: Float64Array, outputs: number): void;
  /** Bytes of its tables, beside those that threads share. */
  bytes: number;
};

/** What a row's sums are: how many, whether each tree votes for the class that its leaf names, and whether every addition is rounded to 32 bits. */
export type Sums = { outputs: number; isVote: boolean; isFloat: boolean };
