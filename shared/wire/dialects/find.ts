import { RequestError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import { isFeature, isObject, type JsonObject } from '../cells.ts';
import type { Dialect, Source } from './dialect.ts';

/**
 * The dialect of a body, and the value that holds its rows; undefined where no dialect fits. Throws a 400 where two members hold rows.
 */
export function findDialect(schema: Schema, body: Source, dialects: readonly Dialect[]): { dialect: Dialect; source: Source } | undefined {
  const { value, path, text } = body;
  const wrapper = isObject(value) ? wrapperOf(schema, value, dialects) : undefined;
  const inner = wrapper === undefined ? body : { value: (value as JsonObject)[wrapper], path: `${path}/${wrapper}`, text };
  const dialect = dialects.find((one) => one.wrapper === wrapper && one.test(schema, inner.value));
  return dialect && { dialect, source: inner };
}

/** The member of a body that holds its rows; the model's feature names win over it. Throws a 400 where there are two. */
function wrapperOf(schema: Schema, body: JsonObject, dialects: readonly Dialect[]): string | undefined {
  const wrappers = dialects.filter(
    ({ wrapper }) => wrapper !== undefined && Object.hasOwn(body, wrapper) && mayHold(schema, body, dialects, wrapper),
  );
  const found = [...new Set(wrappers.map(({ wrapper }) => wrapper as string))];
  if (found.length === 0) return undefined;
  const beside: string[] = [...found, 'parameters', 'params'];
  if (Object.keys(body).some((name) => isFeature(schema, name) && !beside.includes(name))) return undefined;
  if (found.length > 1) throw new RequestError(400, `no dialect fits: found ${found.join(' and ')} together, expected one of them`);
  return found[0];
}

/** Whether a member of a wrapper's name is one. Where a feature has that name, it is where its value can be none of a feature. */
function mayHold(schema: Schema, body: JsonObject, dialects: readonly Dialect[], wrapper: string): boolean {
  if (!isFeature(schema, wrapper)) return true;
  const value = body[wrapper];
  if (Array.isArray(value)) return typeof value[0] === 'object' && value[0] !== null;
  return dialects.some((one) => one.wrapper === wrapper && one.holdsRows?.(schema, value));
}
