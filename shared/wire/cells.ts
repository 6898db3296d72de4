import { type Problem, RequestError } from '../errors.ts';
import { describe, quote } from '../schema/describe-value.ts';
import type { Schema } from '../schema/features.ts';
import { columnsAmong, namesIn } from '../schema/names.ts';
import type { Cells } from '../schema/rows.ts';

/** A JSON object, as JSON.parse makes it. */
export type JsonObject = Record<string, unknown>;

/** Members beside those of the model are ignored, but not these: what they ask for would silently not be answered. */
export function strayParameters(schema: Schema, record: JsonObject, path: string): Problem | undefined {
  const name = ['parameters', 'params'].find((one) => isObject(memberOf(record, one)) && !isFeature(schema, one));
  if (name === undefined) return undefined;
  return { path: `${path}/${name}`, message: `found ${name} in a record, expected {"instances": [...], "parameters": {...}}` };
}

/** Cells of rows whose features stand at the given places. */
export function placedCells(rows: unknown[], places: readonly (number | undefined)[]): Pick<Cells, 'rows' | 'text' | 'columnar' | 'cell'> {
  const cell = (row: number, column: number) => {
    const place = places[column];
    return place === undefined ? undefined : (rows[row] as unknown[])[place];
  };
  return { rows: rows.length, text: false, columnar: true, cell };
}

/** For each feature its place among the columns, undefined where it is missing. A feature given twice is refused. */
export function columnPlaces(schema: Schema, columns: readonly string[], path: string): readonly (number | undefined)[] {
  const { all, places: asGiven, otherForms } = namesIn(schema);
  // A body whose columns are in the model's order has no names of its own.
  if (columns === all) return asGiven;
  const placeOf = new Map<string, number>();
  const twice = new Set<string>();
  columns.forEach((name, place) => {
    if (placeOf.has(name)) twice.add(name);
    else placeOf.set(name, place);
  });
  const places = new Array<number | undefined>(all.length).fill(undefined);
  for (const column of columnsAmong(schema, columns) ?? asGiven) {
    const name = all[column]!;
    const found = placeOf.has(name) ? name : otherForms[column]!.find((form) => placeOf.has(form));
    if (found !== undefined && twice.has(found)) {
      throw new RequestError(422, `the column ${quote(name)} is given twice`, [
        { path, message: `column ${quote(name)} twice, expected once` },
      ]);
    }
    if (found !== undefined) places[column] = placeOf.get(found);
  }
  return places;
}

export function misfit(path: string, found: unknown, expected: string): Problem {
  const what = Array.isArray(found) ? `an array of ${found.length}` : describe(found);
  return { path, message: `found ${what}, expected ${expected}` };
}

export function inOrder(schema: Schema): string {
  const names = namesOf(schema);
  return `an array of ${names.length}: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}`;
}

/** The features' names, in the model's order. */
export function namesOf(schema: Schema): readonly string[] {
  return namesIn(schema).all;
}

export function hasLength(value: unknown, length: number): value is unknown[] {
  return Array.isArray(value) && value.length === length;
}

/** Whether the model has a feature of that name. */
export function isFeature(schema: Schema, name: string): boolean {
  const { all, columns } = namesIn(schema);
  const column = columns.get(name);
  return column !== undefined && all[column] === name;
}

/** Reads a feature's member of a record; under another form of its name that looks the same, where it has that one alone. */
export function memberReader(schema: Schema): (record: JsonObject, column: number) => unknown {
  const { all, otherForms } = namesIn(schema);
  return (record, column) => {
    const name = all[column] as string;
    if (Object.hasOwn(record, name)) return record[name];
    for (const form of otherForms[column] as string[]) if (Object.hasOwn(record, form)) return record[form];
    return undefined;
  };
}

/** The features' members of a record, by their places; undefined where it has none. */
export function membersOf(schema: Schema, record: JsonObject): unknown[] {
  const member = memberReader(schema);
  const members = new Array<unknown>(schema.features.length).fill(undefined);
  for (const column of columnsAmong(schema, Object.keys(record)) ?? schema.features.keys()) members[column] = member(record, column);
  return members;
}

/** Whether a record has one of the features. */
export function hasFeature(schema: Schema, record: JsonObject): boolean {
  return membersOf(schema, record).some((member) => member !== undefined);
}

/** A record's value as R's jsonlite writes that of a list, alone in an array (`[{"age":[54]}]`, without auto_unbox). */
export function unboxed(value: unknown): unknown {
  return hasLength(value, 1) ? value[0] : value;
}

/** Whether a value is a JSON object, and neither an array nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of an object itself: a feature may be called `constructor`. */
function memberOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A record this model would take, for an error's text and the documents. */
export function exampleRecord(schema: Schema): Record<string, number | string | boolean | null> {
  return Object.fromEntries(
    schema.features.map((feature): [string, number | string | boolean | null] => {
      if (feature.default !== undefined) return [feature.name, feature.default];
      if (feature.type === 'factor') return [feature.name, feature.levels.find((level) => level !== null) ?? null];
      if (feature.type === 'logical') return [feature.name, true];
      const first = { number: 0, integer64: 0, date: '2024-01-31', datetime: '2024-01-31T12:00:00Z' }[feature.type];
      return [feature.name, feature.range?.[0] ?? feature.min ?? first];
    }),
  );
}

/** That record as a row in the model's feature order. */
export function exampleRow(schema: Schema): unknown[] {
  const record = exampleRecord(schema);
  return namesOf(schema).map((name) => record[name]);
}

/** That record as columns of two rows. */
export function exampleColumns(schema: Schema): Record<string, unknown[]> {
  return Object.fromEntries(Object.entries(exampleRecord(schema)).map(([name, value]) => [name, [value, value]]));
}

/** No shorter text has more features: each has a name, a colon, a value and a comma. */
const MOST_SHOWN = 40;

/** That record as text, unless it is too long to show. */
export function example(schema: Schema): string {
  if (schema.features.length > MOST_SHOWN) return 'a record with every feature';
  const text = JSON.stringify(exampleRecord(schema));
  return text.length <= 200 ? text : 'a record with every feature';
}
