import { RequestError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import type { Cells } from '../../schema/rows.ts';
import { columnPlaces, exampleRow, hasLength, isFeature, isObject, misfit, namesOf, placedCells } from '../cells.ts';
import { type BodyShape, wrappedShape } from './body-shape.ts';
import type { Dialect } from './dialect.ts';

const MEMBERS: Record<string, BodyShape> = {
  columns: { array: 'text' },
  data: { array: { array: 'cell' }, least: 1 },
};

/** What to_json(orient="split") of pandas writes. */
export const SPLIT: Dialect = {
  name: 'split',
  summary: 'pandas, to_json(orient="split")',
  test: isBareSplit,
  read: (schema, { value, path }) => splitCells(schema, value, path),
  examples: (schema) => [
    {
      name: 'pandasSplit',
      summary: 'pandas, to_json(orient="split")',
      value: splitExample(schema),
      shape: { object: MEMBERS, parameters: true },
    },
  ],
  takesParameters: true,
};

/** What MLflow sends of a pandas data frame. */
export const DATAFRAME_SPLIT: Dialect = {
  name: 'dataframe_split',
  summary: 'pandas as MLflow sends it, split',
  wrapper: 'dataframe_split',
  test: () => true,
  holdsRows: (_, value) => isSplit(value),
  read: (schema, { value, path }) => splitCells(schema, value, path),
  examples: (schema) => [
    {
      name: 'split',
      summary: 'pandas, split',
      value: { dataframe_split: splitExample(schema) },
      shape: wrappedShape('dataframe_split', { name: 'DataframeSplit', shape: { object: MEMBERS } }),
    },
  ],
  takesParameters: true,
};

/** Whether an object is pandas' split form: names of columns, and rows of data. */
function isSplit(value: unknown): value is { columns: string[]; data: unknown[] } {
  if (!isObject(value)) return false;
  const { columns, data } = value;
  return Array.isArray(columns) && columns.every((name) => typeof name === 'string') && Array.isArray(data);
}

/** Whether a body is that form alone. The model's names win, but for `index`, which pandas writes beside every table. */
function isBareSplit(schema: Schema, value: unknown): boolean {
  if (!isSplit(value)) return false;
  const features = Object.keys(value).filter((name) => isFeature(schema, name));
  return features.length === 0 || (features.length === 1 && features[0] === 'index' && Array.isArray(value.data[0]));
}

/** pandas' split form, bare as to_json(orient="split") writes it or as MLflow sends it. */
function splitCells(schema: Schema, value: unknown, path: string): Cells {
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

function splitExample(schema: Schema): object {
  return { columns: namesOf(schema), data: [exampleRow(schema)] };
}
