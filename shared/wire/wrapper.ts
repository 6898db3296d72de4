import { RequestError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import { isFeature, isObject, type JsonObject, memberReader } from './cells.ts';
import { isSplit } from './pandas.ts';

/** The members that hold rows. */
export const WRAPPERS = ['instances', 'inputs', 'dataframe_split', 'dataframe_records'] as const;
export type Wrapper = (typeof WRAPPERS)[number];

/** The member of a body that holds its rows; the model's own feature names win over it. Throws a 400 where there are two. */
export function wrapperOf(schema: Schema, body: JsonObject): Wrapper | undefined {
  const found = WRAPPERS.filter((name) => Object.hasOwn(body, name) && mayHoldRows(schema, name, body[name]));
  if (found.length === 0) return undefined;
  const beside: string[] = [...found, 'parameters', 'params'];
  if (Object.keys(body).some((name) => isFeature(schema, name) && !beside.includes(name))) return undefined;
  if (found.length > 1) throw new RequestError(400, `no dialect fits: found ${found.join(' and ')} together, expected one of them`);
  return found[0];
}

/** Whether a member of a wrapper's name is one. Where a feature has that name, it is where its value can be none of a feature. */
function mayHoldRows(schema: Schema, name: Wrapper, value: unknown): boolean {
  if (!isFeature(schema, name)) return true;
  if (Array.isArray(value)) return typeof value[0] === 'object' && value[0] !== null;
  if (name === 'dataframe_split') return isSplit(value);
  if (name !== 'inputs' || !isObject(value)) return false;
  const member = memberReader(schema);
  return schema.features.some((_, column) => member(value, column) !== undefined);
}
