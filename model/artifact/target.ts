import type { Schema } from '../../shared/schema/features.ts';
import { placeOfColumn } from './training-rows.ts';

/** Most characters of a call that are looked at. */
const MOST_CALL = 2_000;
/** A name that ends what stands before a formula's tilde: alone, or made a factor. */
const NAME = '(?:`([^`]+)`|([\\p{L}.][\\p{L}\\p{N}._]*))';
const RESPONSES = [`(?:^|[(,=:]) ?${NAME} $`, `(?:^|[(,=: ])(?:as\\.)?factor\\(${NAME}\\) $`].map((form) => new RegExp(form, 'u'));

/**
 * The column of training data that a model predicts: what stands alone before the tilde of its call's formula, else the only column that is
 * no feature. Undefined where neither says it, or the formula predicts a function of a column, as log(y).
 */
export function guessTarget(header: readonly string[], { features }: Pick<Schema, 'features'>, call: string): string | undefined {
  const known = new Set(features.map(({ name }) => name));
  const others = header.filter((name) => !known.has(name));
  const before = call.slice(0, MOST_CALL).split('~', 1)[0]!;
  const hasResponse = before.length < Math.min(call.length, MOST_CALL) && !/[(,=] ?$/.test(before);
  if (!hasResponse) return others.length === 1 ? others[0] : undefined;
  const [, quoted, plain] = RESPONSES.map((form) => form.exec(before)).find((found) => found !== null) ?? [];
  const name = quoted ?? plain;
  const found = name === undefined ? undefined : header[placeOfColumn(header, name)];
  return found !== undefined && others.includes(found) ? found : undefined;
}

/** The place of the class that a field of a table names: exactly, or without the white space around it; undefined where there is none. */
export function classReader(classes: readonly string[]): (field: string) => number | undefined {
  const places = new Map(classes.map((label, place) => [label, place]));
  return (field) => places.get(field) ?? places.get(field.trim());
}
