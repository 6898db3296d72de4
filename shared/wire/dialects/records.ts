import { RequestError } from '../../errors.ts';
import { describe } from '../../schema/describe-value.ts';
import type { Schema } from '../../schema/features.ts';
import type { Cells } from '../../schema/rows.ts';
import { exampleRecord, exampleRow, isFeature, type JsonObject } from '../cells.ts';
import { arrayCells, boxed, featuresCells } from './arrays.ts';
import { type BodyShape, RECORDS_SHAPE, ROWS_SHAPE, wrappedShape } from './body-shape.ts';
import type { Dialect, Source } from './dialect.ts';

/** A row alone in an object, as SageMaker's common format has it. */
const BOXED_ROW: BodyShape = { name: 'FeaturesItem', shape: { object: { features: 'row' } } };

/** An array alone. */
export const RECORDS: Dialect = {
  name: 'records',
  summary: "Records, or rows in the model's feature order",
  test: (_, value) => Array.isArray(value),
  read: (schema, { value, path }) => arrayCells(schema, value as unknown[], path),
  examples: (schema) => {
    const [record, row] = [exampleRecord(schema), exampleRow(schema)];
    return [
      { name: 'records', summary: 'Records', value: [record, record], shape: RECORDS_SHAPE },
      { name: 'rows', summary: "Rows in the model's feature order", value: [row, row], shape: ROWS_SHAPE },
    ];
  },
  takesParameters: false,
};

/** What SageMaker and TensorFlow Serving send. */
export const INSTANCES: Dialect = {
  name: 'instances',
  summary: 'Instances of SageMaker and TensorFlow: records, rows, or objects with features',
  wrapper: 'instances',
  test: () => true,
  read: readElements,
  examples: (schema) => {
    const row = exampleRow(schema);
    const shape = (inner: BodyShape) => wrappedShape('instances', inner);
    return [
      { name: 'instances', summary: 'Instances: records', value: { instances: [exampleRecord(schema)] }, shape: shape(RECORDS_SHAPE) },
      { name: 'instanceRows', summary: 'Instances: rows', value: { instances: [row, row] }, shape: shape(ROWS_SHAPE) },
      {
        name: 'features',
        summary: "SageMaker's common format",
        value: { instances: [{ features: row }] },
        shape: shape({ array: BOXED_ROW, least: 1 }),
      },
    ];
  },
  takesParameters: true,
  quick: true,
};

/** What MLflow sends of a pandas data frame, as records. */
export const DATAFRAME_RECORDS: Dialect = {
  name: 'dataframe_records',
  summary: 'pandas as MLflow sends it, records',
  wrapper: 'dataframe_records',
  test: () => true,
  read: readElements,
  examples: (schema) => [
    {
      name: 'dataframeRecords',
      summary: 'pandas, records',
      value: { dataframe_records: [exampleRecord(schema)] },
      shape: wrappedShape('dataframe_records', RECORDS_SHAPE),
    },
  ],
  takesParameters: true,
  quick: true,
};

/** An object with a row, not in an array. */
export const FEATURES: Dialect = {
  name: 'features',
  summary: "SageMaker's common format: a row in the model's feature order",
  test: (schema, value) => boxed(value) !== undefined && !Object.keys(value as JsonObject).some((name) => isFeature(schema, name)),
  read: (schema, { value, path }) => featuresCells(schema, value, path),
  examples: (schema) => [
    {
      name: 'featuresAlone',
      summary: "SageMaker's common format, a row alone",
      value: { features: exampleRow(schema) },
      shape: wrappedShape('features', 'row'),
    },
  ],
  takesParameters: true,
};

/** The cells of an array of records or rows. Throws a 400 for any other value. */
export function readElements(schema: Schema, { value, path }: Source): Cells {
  if (Array.isArray(value)) return arrayCells(schema, value, path);
  throw new RequestError(400, `no dialect fits: found ${describe(value)} at ${path}, expected an array of rows`);
}
