import { MAX_PROBLEMS, type Problem, RequestError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import { pointer } from '../../schema/pointer.ts';
import type { Cells } from '../../schema/rows.ts';
import { example, exampleColumns, exampleRecord, isObject, type JsonObject, membersOf, namesOf, strayParameters } from '../cells.ts';
import type { Dialect, Source } from './dialect.ts';

/** Columns alone. */
export const COLUMNS: Dialect = {
  name: 'columns',
  summary: 'Columns, as as.data.frame() of R takes them',
  test: (_, value) => isObject(value) && Object.values(value).some(Array.isArray),
  read: readObject,
  examples: (schema) => [
    { name: 'columns', summary: 'Columns, as as.data.frame() of R takes them', value: exampleColumns(schema), shape: 'columns' },
  ],
  takesParameters: false,
};

/** A record alone. */
export const RECORD: Dialect = {
  name: 'record',
  summary: 'A record',
  test: (_, value) => isObject(value),
  read: readObject,
  examples: (schema) => [{ name: 'record', summary: 'A record', value: exampleRecord(schema), shape: 'record' }],
  takesParameters: false,
};

function readObject(schema: Schema, { value, path }: Source): Cells {
  return objectCells(schema, value as JsonObject, path);
}

/** A record, or columns where a feature has an array: all of one length, or of length 1 and then recycled as R does. */
function objectCells(schema: Schema, body: JsonObject, path: string): Cells {
  const stray = strayParameters(schema, body, path);
  if (stray) throw new RequestError(422, 'parameters do not stand in a record', [stray]);
  const names = namesOf(schema);
  const columns = membersOf(schema, body);
  const lengths = columns.flatMap((column) => (Array.isArray(column) ? [column.length] : []));
  const rows = lengths.length === 0 ? 1 : lengths.includes(0) ? 0 : lengths.reduce((most, length) => Math.max(most, length));
  const problems = columns.flatMap((column, at): Problem[] => {
    if (!Array.isArray(column) || column.length === rows || column.length === 1) return [];
    return [{ path: `${path}/${pointer(names[at] as string)}`, message: `found a column of ${column.length}, expected ${rows} or 1` }];
  });
  if (rows > 0 && problems.length > 0) throw new RequestError(422, 'the columns differ in length', problems.slice(0, MAX_PROBLEMS));
  const isStrange = columns.every((column) => column === undefined);
  return {
    rows,
    text: false,
    // An object without arrays is a record, whose missing keys may be missing values; an empty one is more likely a mistake.
    columnar: lengths.length > 0 || Object.keys(body).length === 0,
    ...(isStrange ? { instead: `send a body such as ${example(schema)} or {"instances":[${example(schema)}]}` } : {}),
    names: () => Object.keys(body),
    cell: (row, column) => {
      const values = columns[column];
      return Array.isArray(values) ? values[values.length === 1 ? 0 : row] : values;
    },
    path: (row, column) => {
      const values = columns[column];
      const at = Array.isArray(values) ? `/${values.length === 1 ? 0 : row}` : '';
      return `${path}/${pointer(names[column] as string)}${at}`;
    },
  };
}
