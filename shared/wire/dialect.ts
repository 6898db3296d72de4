import type { Schema } from '../schema/features.ts';
import type { Cells } from '../schema/rows.ts';

/**
 * A JSON value that holds rows: the value, its JSON Pointer in the body, and the text of the whole body, which alone knows in which
 * order its keys were sent. A direct invoke has no text.
 */
export type Source = { value: unknown; path: string; text: string | undefined };

/** One of the forms in which a JSON body may give its rows. */
export type Dialect = {
  name: string;
  /** What it is, for people. */
  summary: string;
  /** Whether a body is meant so. The dialects are asked in their order, and the first that says yes reads the body. */
  test(schema: Schema, value: unknown): boolean;
  /** Its cells. Throws a 400 or 422 where it does not have the form that it began. */
  read(schema: Schema, source: Source): Cells;
  /** A body with one row that the model takes. */
  example(schema: Schema): unknown;
  /** Whether `parameters` may stand beside the rows. */
  takesParameters: boolean;
  /** What of those parameters is for the model, where others tell how the body was written. */
  modelParameters?(given: unknown, path: string): unknown;
};
