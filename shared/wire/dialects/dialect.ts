import type { Schema } from '../../schema/features.ts';
import type { Cells } from '../../schema/rows.ts';
import type { BodyShape } from './body-shape.ts';

/**
 * A JSON value that holds rows: the value, its JSON Pointer in the body, and the text of the whole body, which alone knows in which
 * order its keys were sent. A direct invoke has no text.
 */
export type Source = { value: unknown; path: string; text: string | undefined };

/** A body that the model takes: its name in the API's description, a sentence, the body, and what all bodies like it look like. */
export type Example = { name: string; summary: string; value: unknown; shape?: BodyShape };

/**
 * One of the forms in which a JSON body may give its rows. The reader of bodies, the quick reader and the API's description know a
 * dialect by its entry in the list alone (dialects.ts).
 */
export type Dialect = {
  name: string;
  /** What it is, for people. */
  summary: string;
  /** The member of the body that holds the rows. Without it the body itself does. */
  wrapper?: string;
  /**
   * Whether a value has this form: the body, or the wrapper's member. The dialects are asked in their order, and the first that says yes
   * reads the body.
   */
  test(schema: Schema, value: unknown): boolean;
  /**
   * Whether a member is the wrapper even where a feature has its name, since no feature can have such a value. It is asked beside the
   * rule for all wrappers: an array of arrays or objects is no feature's value.
   */
  holdsRows?(schema: Schema, value: unknown): boolean;
  /** Its cells. Throws a 400 or 422 where it does not have the form that it began. */
  read(schema: Schema, source: Source): Cells;
  /**
   * Bodies that show the dialect, of one row or of two equal ones. An example without a shape is left out of the API's description, which
   * then names it by its summary alone.
   */
  examples(schema: Schema): [Example, ...Example[]];
  /** Whether `parameters` may stand beside the rows. */
  takesParameters: boolean;
  /** Those of the parameters that are for the model, where others say how the body was written. */
  modelParameters?(given: unknown, path: string): unknown;
  /** Whether the wrapper's member is an array of records or rows, which the quick reader (../quick/json.ts) reads too. */
  quick?: boolean;
};
