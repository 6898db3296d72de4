import type { Schema } from '../schema/features.ts';
import { defaultParameters } from '../schema/parameters.ts';
import type { Dialect } from './dialects/dialect.ts';
import { quickWrappers } from './dialects/wrappers.ts';
import { formOf } from './form.ts';
import type { BodyForm, DeclaredForm } from './media.ts';
import { quickCsv } from './quick/csv.ts';
import { quickJson, quickLines } from './quick/json.ts';
import { type Query, readAnyBody } from './wire.ts';

/** One pass over the bytes for bodies as most are (quick/json.ts); all others take the general way, which says what is wrong. */
const QUICK = { json: quickJson, jsonlines: quickLines, csv: quickCsv, npy: () => undefined };

/**
 * Reads a body in any of the dialects (the project's where none are given); its form is found out where it was not declared. `most`
 * bounds the rows. Throws a RequestError: 400 where no dialect fits, 413 for too many rows, 415 for a form that is not read, 422 for
 * values that do not fit the model's features, with every problem and its path.
 */
export function readBody(
  schema: Schema,
  body: Uint8Array,
  declared: DeclaredForm,
  most = Number.POSITIVE_INFINITY,
  dialects?: readonly Dialect[],
): Query {
  const form = formOf(declared, body);
  const quick = quickBody(schema, body, form, dialects);
  if (quick && quick.count <= most) return quick;
  return readAnyBody(schema, body, form, most, dialects);
}

/** Reads a body where it is as most are, in one pass over its bytes; undefined for any other, good or bad, whose rows readBody finds. */
export function quickBody(schema: Schema, body: Uint8Array, form: BodyForm, dialects?: readonly Dialect[]): Query | undefined {
  const quick = QUICK[form](schema, body, dialects && quickWrappers(dialects));
  return quick && { ...quick, parameters: defaultParameters(schema) };
}
