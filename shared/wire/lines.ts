import type { Schema } from '../schema/features.ts';
import { pointer } from '../schema/pointer.ts';
import type { Cells } from '../schema/rows.ts';
import { hasLength, inOrder, isObject, type JsonObject, memberReader, misfit, namesOf, strayParameters, unboxed } from './cells.ts';
import { boxed } from './dialects/arrays.ts';
import { parseJson } from './json.ts';

/** JSON Lines: on each line a record, an array, or {"features": [...]}. Blank lines are skipped, as R and pandas skip them. */
export function lineCells(schema: Schema, text: string): Cells {
  const values: unknown[] = [];
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .forEach((line, at) => {
      if (line.trim() !== '') values.push(lineValue(line, at + 1));
    });
  return valueCells(schema, values);
}

/** The value of a line of JSON Lines; of {"features": [...]} that array. Throws as parseJson, and names the line. */
export function lineValue(line: string, number: number): unknown {
  const value = parseJson(line, `line ${number}`);
  return boxed(value) ?? value;
}

/** The cells of values, each of which is a row: a record or an array. */
export function valueCells(schema: Schema, values: unknown[]): Cells {
  const names = namesOf(schema);
  const member = memberReader(schema);
  return {
    rows: values.length,
    text: false,
    columnar: false,
    cell: (row, column) => {
      const value = values[row];
      return Array.isArray(value) ? value[column] : unboxed(member(value as JsonObject, column));
    },
    names: (row) => (Array.isArray(values[row]) ? undefined : Object.keys(values[row] as JsonObject)),
    path: (row, column) => `/${row}/${Array.isArray(values[row]) ? column : pointer(names[column] as string)}`,
    misfit: (row) => {
      const value = values[row];
      if (isObject(value)) return strayParameters(schema, value, `/${row}`);
      return hasLength(value, names.length) ? undefined : misfit(`/${row}`, value, `a record or ${inOrder(schema)}`);
    },
  };
}
