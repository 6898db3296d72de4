import type { Schema } from '../schema/features.ts';

/** A number of a body as a sum: the inputs of each summand, and whether the response is that number too (else it is a transform of it). */
export type Summed = {
  summands: readonly (readonly number[])[];
  isResponse: boolean;
  /** About how many numbers a row's sum is made of. */
  numbers: number;
  /** Whether each class has a sum of its own, its log-odds against the others (explain/log-odds.ts), which is none of the answers. */
  isOfClasses?: true;
};

/** What knows of a kind of body that its link (its margin) is a sum: one object a kind, listed in sums.ts. */
export type SumKind<B> = {
  /** The names of the kinds of bodies in artifacts. */
  types: readonly string[];
  /** Undefined where a body has a form that is no sum of parts. The schema has the body's inputs as its features. */
  sum(schema: Schema, body: B): Summed | undefined;
  /**
   * The summands of rows of inputs that lie side by side, in their order, each with a number a class where the classes have sums of their
   * own: what explains them by their means in the training data needs it.
   */
  values?(schema: Schema, body: B, rows: Float64Array): Float64Array;
};
