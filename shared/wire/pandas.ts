import { MAX_PROBLEMS, type Problem, RequestError } from '../errors.ts';
import { describe, quote } from '../schema/describe-value.ts';
import type { Schema } from '../schema/features.ts';
import type { Cells } from '../schema/rows.ts';
import { recordCells } from './arrays.ts';
import {
  columnPlaces,
  hasLength,
  isFeature,
  isObject,
  type JsonObject,
  memberReader,
  misfit,
  namesOf,
  placedCells,
  pointer,
} from './cells.ts';
import type { Source } from './dialect.ts';
import { mayBeSorted, membersAt } from './key-order.ts';

/** What may be sent instead of a form whose rows cannot be told. */
const INSTEAD = 'send orient="split" or orient="records"';

/** Whether an object is pandas' split form: names of columns, and rows of data. */
export function isSplit(value: unknown): value is { columns: string[]; data: unknown[] } {
  if (!isObject(value)) return false;
  const { columns, data } = value;
  return Array.isArray(columns) && columns.every((name) => typeof name === 'string') && Array.isArray(data);
}

/** Whether a body is that form alone. The model's own names win, but for `index`, which pandas writes beside every table. */
export function isBareSplit(schema: Schema, value: unknown): boolean {
  if (!isSplit(value)) return false;
  const features = Object.keys(value).filter((name) => isFeature(schema, name));
  return features.length === 0 || (features.length === 1 && features[0] === 'index' && Array.isArray(value.data[0]));
}

/** pandas' split form, bare as to_json(orient="split") writes it or as MLflow sends it. */
export function splitCells(schema: Schema, value: unknown, path: string): Cells {
  if (!isSplit(value))
    throw new RequestError(400, `no dialect fits: expected {"columns": [...], "data": [[...], ...]} at ${path || 'the top'}`);
  const { columns, data } = value;
  const places = columnPlaces(schema, columns, `${path}/columns`);
  return {
    ...placedCells(data, places),
    names: () => columns,
    path: (row, column) => (places[column] === undefined ? `${path}/columns` : `${path}/data/${row}/${places[column]}`),
    misfit: (row) => {
      const fits = hasLength(data[row], columns.length);
      return fits ? undefined : misfit(`${path}/data/${row}`, data[row], `an array of ${columns.length}, as there are columns`);
    },
  };
}

/** Whether an object is what to_json(orient="table") writes: a schema with fields, and records as data. */
export function isTable(schema: Schema, value: unknown): boolean {
  if (!isObject(value) || !isObject(value.schema) || !Array.isArray(value.schema.fields) || !Array.isArray(value.data)) return false;
  return !Object.keys(value).some((name) => isFeature(schema, name));
}

/** The records of orient="table". */
export function tableCells(schema: Schema, value: unknown, path: string): Cells {
  return recordCells(schema, (value as { data: unknown[] }).data, (row) => `${path}/data/${row}`);
}

/** Whether an object is what to_json() writes by default: for a feature, an object with a value for each row's label. */
export function isKeyedColumns(schema: Schema, value: unknown): boolean {
  if (!isObject(value)) return false;
  const member = memberReader(schema);
  const columns = schema.features.map((_, column) => member(value, column));
  return columns.some(isObject) && !columns.some(Array.isArray);
}

/** The columns of orient="columns", pandas' default. Rows stand in the order in which their labels were sent. */
export function keyedColumnCells(schema: Schema, { value, path, text }: Source): Cells {
  const body = value as JsonObject;
  const names = namesOf(schema);
  const member = memberReader(schema);
  const columns = names.map((_, column) => member(body, column));
  const first = columns.find(isObject) as JsonObject;
  const keys = rowKeys(first, () => membersAt(text as string, keyedPlace(body, path, text as string, first)), text);
  checkTransposed(names, columns, keys);
  const expected = `an object with the ${keys.length} rows of the first column`;
  const problems = columns.flatMap((column, at): Problem[] => {
    if (column === undefined) return [];
    const at_ = `${path}/${pointer(names[at] as string)}`;
    if (!isObject(column)) return [{ path: at_, message: `found ${describe(column)}, expected ${expected}` }];
    const fits = Object.keys(column).length === keys.length && keys.every((key) => Object.hasOwn(column, key));
    return fits ? [] : [{ path: at_, message: `found an object with other rows, expected ${expected}` }];
  });
  if (problems.length > 0) throw new RequestError(422, 'the columns differ in their rows', problems.slice(0, MAX_PROBLEMS));
  return {
    rows: keys.length,
    text: false,
    columnar: true,
    names: () => Object.keys(body),
    cell: (row, column) => (columns[column] as JsonObject | undefined)?.[keys[row] as string],
    path: (row, column) =>
      `${path}/${pointer(names[column] as string)}${columns[column] === undefined ? '' : `/${pointer(keys[row] as string)}`}`,
  };
}

/** Whether an object is what to_json(orient="index") writes: for each row's label a record. */
export function isKeyedRows(schema: Schema, value: unknown): boolean {
  if (!isObject(value)) return false;
  const rows = Object.values(value);
  const [first] = rows;
  if (!isObject(first) || Object.keys(value).some((key) => isFeature(schema, key)) || !rows.every(isObject)) return false;
  const member = memberReader(schema);
  return schema.features.some((_, column) => member(first, column) !== undefined);
}

/** The records of orient="index", in the order in which their labels were sent. */
export function keyedRowCells(schema: Schema, { value, path, text }: Source): Cells {
  const body = value as JsonObject;
  const keys = rowKeys(body, () => membersAt(text as string, placeOf(text as string, path)), text);
  return recordCells(
    schema,
    keys.map((key) => body[key]),
    (row) => `${path}/${pointer(keys[row] as string)}`,
  );
}

/** The labels of rows in the order they were sent. Throws a 422 where that order is lost. */
function rowKeys(rows: JsonObject, sent: () => { key: string }[], text: string | undefined): string[] {
  const keys = Object.keys(rows);
  if (!mayBeSorted(keys)) return keys;
  if (text !== undefined) return sent().map(({ key }) => key);
  throw new RequestError(422, `the order of rows that are known by numbers is lost in a direct invoke; ${INSTEAD}`);
}

/** Where in the text the object begins that is a feature's column. */
function keyedPlace(body: JsonObject, path: string, text: string, column: JsonObject): number {
  return membersAt(text, placeOf(text, path)).find(({ key }) => body[key] === column)?.at ?? 0;
}

/** Where in the text the object at a path begins: the top, or one of its members. */
function placeOf(text: string, path: string): number {
  if (path === '') return 0;
  return membersAt(text, 0).find(({ key }) => `/${pointer(key)}` === path)?.at ?? 0;
}

/** Refuses columns whose rows have the features' names: read as rows (orient="index"), they would mean other numbers. */
function checkTransposed(names: string[], columns: unknown[], keys: string[]): void {
  const labels = new Set(keys);
  const isOne = names.length === 1 && keys.length === 1;
  if (isOne || !names.every((name) => labels.has(name)) || columns.includes(undefined)) return;
  const shown = names.slice(0, 3).map(quote).join(', ');
  throw new RequestError(422, `the body's keys may be columns or rows, since both are called ${shown}; ${INSTEAD}`);
}
