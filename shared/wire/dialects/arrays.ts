import { RequestError } from '../../errors.ts';
import { describe } from '../../schema/describe-value.ts';
import type { Schema } from '../../schema/features.ts';
import { pointer } from '../../schema/pointer.ts';
import type { Cells } from '../../schema/rows.ts';
import {
  example,
  hasLength,
  inOrder,
  isObject,
  type JsonObject,
  memberReader,
  misfit,
  namesOf,
  strayParameters,
  unboxed,
} from '../cells.ts';

/** Records, rows in feature order, or objects with a `features` array; the first element shows which. */
export function arrayCells(schema: Schema, elements: unknown[], path: string): Cells {
  const first = elements[0];
  if (boxed(first)) {
    const rows = elements.map((element) => boxed(element) ?? element);
    return rowCells(schema, rows, (row) => `${path}/${row}/features`);
  }
  if (Array.isArray(first)) return rowCells(schema, elements, (row) => `${path}/${row}`);
  if (elements.length > 0 && !isObject(first)) {
    throw new RequestError(
      400,
      `no dialect fits: found ${describe(first)} at ${path}/0, expected a record or an array, as in [${example(schema)}]`,
    );
  }
  return recordCells(schema, elements, (row) => `${path}/${row}`);
}

/** The array of an object {"features": [...]} (SageMaker's common format). No feature has an array for its value. */
export function boxed(value: unknown): unknown[] | undefined {
  return isObject(value) && Object.hasOwn(value, 'features') && Array.isArray(value.features) ? value.features : undefined;
}

/** {"features": [...]} alone: one row, or rows where its elements are arrays or records. */
export function featuresCells(schema: Schema, value: unknown, path: string): Cells {
  const row = boxed(value) as unknown[];
  const at = `${path}/features`;
  return typeof row[0] === 'object' && row[0] !== null ? arrayCells(schema, row, at) : rowCells(schema, [row], () => at);
}

/** Records, one a row. */
export function recordCells(schema: Schema, elements: unknown[], path: (row: number) => string): Cells {
  const names = namesOf(schema);
  const member = memberReader(schema);
  return {
    rows: elements.length,
    text: false,
    columnar: false,
    cell: (row, column) => unboxed(member(elements[row] as JsonObject, column)),
    path: (row, column) => `${path(row)}/${pointer(names[column] as string)}`,
    names: (row) => Object.keys(elements[row] as JsonObject),
    misfit: (row) => {
      const element = elements[row];
      return isObject(element) ? strayParameters(schema, element, path(row)) : misfit(path(row), element, 'a record');
    },
  };
}

/** Rows that are arrays in the model's feature order. */
function rowCells(schema: Schema, rows: unknown[], path: (row: number) => string): Cells {
  const expected = inOrder(schema);
  return {
    rows: rows.length,
    text: false,
    columnar: false,
    cell: (row, column) => (rows[row] as unknown[])[column],
    path: (row, column) => `${path(row)}/${column}`,
    misfit: (row) => (hasLength(rows[row], schema.features.length) ? undefined : misfit(path(row), rows[row], expected)),
  };
}
