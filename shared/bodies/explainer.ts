import type { Basis } from '../explain/section.ts';
import type { Contributions } from '../explain/tree-shap.ts';
import type { Background, Explainable, ExplainOutput, ExplainWay } from '../schema/explain-ask.ts';
import type { Schema } from '../schema/features.ts';
import type { Parameters } from '../schema/parameters.ts';

/**
 * Rows to explain, side by side: the way and the number that are asked for; where the model has classes, the place of each row's class;
 * where the number is of a curve, the place of its time (-1 before the first).
 */
export type Questions = {
  rows: Float64Array;
  background: Background;
  output: ExplainOutput;
  places: Int32Array | undefined;
  time: number | undefined;
  parameters: Parameters;
};

/**
 * Their contributions; the explained numbers as the model itself has them, where it adds 32-bit floats; and the standard errors of the
 * contributions, where orders of features were drawn.
 */
export type Explanations = Contributions & { numbers?: Float64Array; standardErrors?: Float64Array };

/** A body whose answers can be explained. */
export type Explainer = {
  /** The ways to explain, the default first. */
  ways: ExplainWay[];
  isRounded: boolean;
  /** The row's contributions. Throws a RequestError for a row that cannot be explained. */
  explain(questions: Questions): Explanations;
};

/** What explains a kind of body: one object a kind, listed in explainers.ts. It gets the schema as the body does. */
export type ExplainerKind<B> = {
  /** The names of the kinds of bodies in artifacts. */
  types: readonly string[];
  /** How many leaves a body has; not there where a body has none. */
  leaves?(body: B): number;
  /** How many rows of inputs, which lie side by side, fall into each leaf. */
  count?(schema: Schema, body: B, rows: Float64Array): Float64Array;
  /**
   * A body's explainer; undefined where it is of a form that cannot be explained, or by other things than the basis has. The basis was
   * checked: its weights are as many as the leaves, and its rows are those of the model.
   */
  open(schema: Schema, body: B, basis: Basis): Explainer | undefined;
};

/** What a schema says of an explainer. */
export function explainableOf({ ways, isRounded }: Explainer, basis: Basis & { sha256: string }): Explainable {
  const { sha256, isReal = false, importance, permutation, background } = basis;
  return {
    ...{ sha256, ways, isRounded, isReal },
    ...(importance ? { importance } : {}),
    ...(permutation ? { permutation } : {}),
    ...(background && !isReal ? { drawnRows: background } : {}),
  };
}
