import type { Feature, Schema } from '../schema/features.ts';

/** A step of preprocessing, as an artifact keeps it: data, no code. `step` is its kind's name. */
export type Step = { step: string };

/** A column between two steps, or an input of a body: what is known of it is what is known of a feature. */
export type Column = Feature & {
  /** True where a step made it: its levels are then not known. */
  computed?: boolean;
};

/** A step that is ready: the columns of rows that lie side by side; a row without an answer is marked in `unknown`. */
export type Compute = (rows: Float64Array, count: number, unknown: Uint8Array) => Float64Array;

/**
 * A kind of step: all that anybody else asks of it. One object a kind, listed in steps.ts. The `schema` it gets has the
 * columns that come in as its features.
 */
export type StepKind<S extends Step> = {
  step: S['step'];
  /** Checks a step from a file, so that `compile` needs no check. Throws a ModelError. */
  check(step: S, schema: Schema, label: string): void;
  /** The columns that it gives. */
  columns(step: S, schema: Schema): Column[];
  compile(step: S, schema: Schema): Compute;
  /** Steps of the kind that follow each other as one, the schema that comes in first; where that is faster than one after the other. */
  compileRun?(steps: readonly S[], schemas: readonly Schema[]): Compute;
  /** The place of the column that goes through a step unchanged as the given one; undefined where it is computed. */
  source(step: S, place: number): number | undefined;
  /** The places of the columns that a column is computed of, where so many come in; undefined, or not given, where it is of all. */
  uses?(step: S, place: number, columns: number): Iterable<number> | undefined;
  /**
   * Where the first row that misses some columns may take a second, and another second where it misses others: the same in less time, for whoever asks
   * whether a row has an answer and not which.
   */
  about?(): StepKind<S>;
  /** What the step has to know of a text that training did not have; undefined where that is nothing. */
  reads?(step: S, label: string): TextReader | undefined;
};

/** Makes a whole number of a feature's text that is none of its levels; the number times `factor` goes into its place behind them. */
export type TextReader = { feature: number; factor: number; read(text: string, steps: { left: number }): number | undefined };

/** A step of a model: its kind, and what the model has of it. */
export type BoundStep = { kind: StepKind<Step>; data: Step };

/** A step of a kind. */
export function stepOf<S extends Step>(kind: StepKind<S>, data: S): BoundStep {
  return { kind: kind as StepKind<Step>, data };
}
