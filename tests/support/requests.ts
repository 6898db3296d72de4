import { expect } from '@jest/globals';
import { RequestError } from '../../shared/errors.ts';
import type { Feature, Schema } from '../../shared/schema/features.ts';
import type { DeclaredForm } from '../../shared/wire/media.ts';
import { readBody } from '../../shared/wire/read-body.ts';

/** A model of features that are numbers, by these names. */
export function numbers(...names: string[]): Schema {
  return { kind: 'regression', features: names.map((name): Feature => ({ name, type: 'number' })), takesMissing: false };
}

/** A model of one number, called age. */
export const AGE: Schema = numbers('age');

/** A model with a feature of each common type; one level needs quotes in a CSV, one reads as a missing value. */
export const MIXED: Schema = {
  kind: 'regression',
  features: [
    { name: 'age', type: 'number' },
    { name: 'smoker', type: 'logical' },
    { name: 'wool', type: 'factor', levels: ['A', 'B', 'a "quoted", one', 'NA'] },
  ],
  takesMissing: false,
};

/** The rows of a body, one after another. A body that is neither text nor bytes is sent as JSON. */
export function read(schema: Schema, body: unknown, form: DeclaredForm = 'json'): number[] {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const query = readBody(schema, bytes, form);
  expect(query.rows).toHaveLength(query.count * schema.features.length);
  return Array.from(query.rows);
}

/** The refusal of a body; anything but a RequestError fails the test. */
export function refusal(schema: Schema, body: unknown, form: DeclaredForm = 'json'): RequestError {
  return refusalOf(
    () => read(schema, body, form),
    () => JSON.stringify(body),
  );
}

/** The refusal of what `work` reads; anything but a RequestError fails the test. */
export function refusalOf(work: () => unknown, what = () => 'it'): RequestError {
  try {
    work();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error(`${what()} was read`);
}
