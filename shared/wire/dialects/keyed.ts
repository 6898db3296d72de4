import { MAX_PROBLEMS, type Problem, RequestError } from '../../errors.ts';
import { describe, quote } from '../../schema/describe-value.ts';
import type { Schema } from '../../schema/features.ts';
import { pointer } from '../../schema/pointer.ts';
import type { Cells } from '../../schema/rows.ts';
import { exampleRecord, hasFeature, isFeature, isObject, type JsonObject, membersOf, namesOf } from '../cells.ts';
import { recordCells } from './arrays.ts';
import type { Dialect, Source } from './dialect.ts';
import { mayBeSorted, membersAt } from './key-order.ts';

/** What to_json() of pandas writes by default. */
export const KEYED_COLUMNS: Dialect = {
  name: 'keyedColumns',
  summary: 'pandas, to_json()',
  test: isKeyedColumns,
  read: keyedColumnCells,
  examples: (schema) => {
    const columns = Object.entries(exampleRecord(schema)).map(([name, value]) => [name, { 0: value }]);
    const members = namesOf(schema).map((name) => [name, { map: 'cell' }]);
    return [
      {
        name: 'pandasColumns',
        summary: 'pandas, to_json()',
        value: Object.fromEntries(columns),
        shape: { object: Object.fromEntries(members) },
      },
    ];
  },
  takesParameters: false,
};

/** What to_json(orient="index") of pandas writes. Its keys are free, so that a shape of it would take almost every object. */
export const KEYED_ROWS: Dialect = {
  name: 'keyedRows',
  summary: 'pandas, to_json(orient="index")',
  test: isKeyedRows,
  read: keyedRowCells,
  examples: (schema) => [{ name: 'pandasIndex', summary: 'pandas, to_json(orient="index")', value: { row: exampleRecord(schema) } }],
  takesParameters: false,
};

/** What may be sent instead of a form whose rows cannot be recognized. */
const INSTEAD = 'send orient="split" or orient="records"';

/** Whether an object is what to_json() writes by default: for a feature, an object with a value for each row's label. */
function isKeyedColumns(schema: Schema, value: unknown): boolean {
  if (!isObject(value)) return false;
  const columns = membersOf(schema, value);
  return columns.some(isObject) && !columns.some(Array.isArray);
}

/** The columns of orient="columns", pandas' default. Rows stand in the order in which their labels were sent. */
function keyedColumnCells(schema: Schema, { value, path, text }: Source): Cells {
  const body = value as JsonObject;
  const names = namesOf(schema);
  const columns = membersOf(schema, body);
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
function isKeyedRows(schema: Schema, value: unknown): boolean {
  if (!isObject(value)) return false;
  const rows = Object.values(value);
  const [first] = rows;
  if (!isObject(first) || Object.keys(value).some((key) => isFeature(schema, key)) || !rows.every(isObject)) return false;
  return hasFeature(schema, first);
}

/** The records of orient="index", in the order in which their labels were sent. */
function keyedRowCells(schema: Schema, { value, path, text }: Source): Cells {
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
function checkTransposed(names: readonly string[], columns: unknown[], keys: string[]): void {
  const labels = new Set(keys);
  const isOne = names.length === 1 && keys.length === 1;
  if (isOne || !names.every((name) => labels.has(name)) || columns.includes(undefined)) return;
  const shown = names.slice(0, 3).map(quote).join(', ');
  throw new RequestError(422, `the body's keys may be columns or rows, since both are called ${shown}; ${INSTEAD}`);
}
