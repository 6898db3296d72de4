import type { Contributions } from '../explain/tree-shap.ts';
import type { Explainable, ExplainOutput } from '../schema/explain-ask.ts';
import type { Schema } from '../schema/features.ts';
import type { Parameters } from '../schema/parameters.ts';

/** Rows to explain, side by side: the number that is asked for, and, where the model has classes, the place of each row's class. */
export type Questions = { rows: Float64Array; output: ExplainOutput; places: Int32Array | undefined; parameters: Parameters };

/** Their contributions, and the explained numbers as the model itself has them, where it adds 32-bit floats. */
export type Explanations = Contributions & { numbers?: Float64Array };

/** A body whose answers can be explained. */
export type Explainer = {
  /** The numbers that can be explained, the default first. */
  outputs: ExplainOutput[];
  isRounded: boolean;
  /** How many steps of computing a row takes; Infinity where its trees are too large to be explained. */
  work: number;
  /** How many a row takes that lacks a value, where these are more. */
  workOfMissing?: number;
  /** The row's contributions. Throws a RequestError for a row that cannot be explained. */
  explain(questions: Questions): Explanations;
};

/**
 * What explains a kind of body: one object a kind, listed in explainers.ts. It gets the body with the weight of the training rows in
 * each of its leaves, in their order, and the schema as the body does.
 */
export type ExplainerKind<B> = {
  /** The names of the kinds of bodies in artifacts. */
  types: readonly string[];
  /** How many leaves a body has. */
  leaves(body: B): number;
  /** A body's explainer; undefined where it is of a form that cannot be explained. The weights were checked. */
  open(schema: Schema, body: B, cover: ArrayLike<number>): Explainer | undefined;
};

/** What a schema says of an explainer; the work is found when it is first asked for, as it takes a look at every node. */
export function explainableOf(explainer: Explainer, sha256: string): Explainable {
  const { outputs, isRounded, workOfMissing } = explainer;
  return {
    ...{ sha256, outputs, isRounded, ...(workOfMissing === undefined ? {} : { workOfMissing }) },
    get work() {
      return explainer.work;
    },
  };
}
