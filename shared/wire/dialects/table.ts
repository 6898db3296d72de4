import type { Schema } from '../../schema/features.ts';
import type { Cells } from '../../schema/rows.ts';
import { exampleRecord, isFeature, isObject, namesOf } from '../cells.ts';
import { recordCells } from './arrays.ts';
import { RECORDS_SHAPE } from './body-shape.ts';
import type { Dialect } from './dialect.ts';

/** What to_json(orient="table") of pandas writes. */
export const TABLE: Dialect = {
  name: 'table',
  summary: 'pandas, to_json(orient="table")',
  test: isTable,
  read: (schema, { value, path }) => tableCells(schema, value, path),
  examples: (schema) => [
    {
      name: 'pandasTable',
      summary: 'pandas, to_json(orient="table")',
      value: { schema: { fields: namesOf(schema).map((name) => ({ name })) }, data: [exampleRecord(schema)] },
      shape: {
        object: {
          schema: { object: { fields: { array: { object: { name: 'text' }, isOpen: true } } }, isOpen: true },
          data: RECORDS_SHAPE,
        },
        parameters: true,
      },
    },
  ],
  takesParameters: true,
};

/** Whether an object is what to_json(orient="table") writes: a schema with fields, and records as data. */
function isTable(schema: Schema, value: unknown): boolean {
  if (!isObject(value) || !isObject(value.schema) || !Array.isArray(value.schema.fields) || !Array.isArray(value.data)) return false;
  return !Object.keys(value).some((name) => isFeature(schema, name));
}

/** The records of orient="table". */
function tableCells(schema: Schema, value: unknown, path: string): Cells {
  return recordCells(schema, (value as { data: unknown[] }).data, (row) => `${path}/data/${row}`);
}
