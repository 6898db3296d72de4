import { RequestError } from '../errors.ts';
import { describe } from '../schema/describe-value.ts';
import type { Schema } from '../schema/features.ts';
import type { Cells } from '../schema/rows.ts';
import { arrayCells, boxed, featuresCells } from './arrays.ts';
import { exampleRecord, isFeature, isObject, type JsonObject, namesOf } from './cells.ts';
import { objectCells } from './columns.ts';
import type { Dialect, Source } from './dialect.ts';
import { isBareSplit, isKeyedColumns, isKeyedRows, isTable, keyedColumnCells, keyedRowCells, splitCells, tableCells } from './pandas.ts';
import { isTensors, modelParameters, tensorCells } from './tensors.ts';
import { type Wrapper, wrapperOf } from './wrapper.ts';

/** The forms of an object that stands alone or is MLflow's `inputs`. The model's own names win, so that the last takes all others. */
const OBJECTS: Dialect[] = [
  {
    name: 'split',
    summary: 'pandas, to_json(orient="split")',
    test: isBareSplit,
    read: (schema, { value, path }) => splitCells(schema, value, path),
    example: splitExample,
    takesParameters: true,
  },
  {
    name: 'table',
    summary: 'pandas, to_json(orient="table")',
    test: isTable,
    read: (schema, { value, path }) => tableCells(schema, value, path),
    example: (schema) => ({ schema: { fields: namesOf(schema).map((name) => ({ name })) }, data: [exampleRecord(schema)] }),
    takesParameters: true,
  },
  {
    name: 'features',
    summary: "SageMaker's common format: a row in the model's feature order",
    test: (schema, value) => boxed(value) !== undefined && !Object.keys(value as JsonObject).some((name) => isFeature(schema, name)),
    read: (schema, { value, path }) => featuresCells(schema, value, path),
    example: (schema) => ({ features: rowExample(schema) }),
    takesParameters: true,
  },
  {
    name: 'keyedColumns',
    summary: 'pandas, to_json()',
    test: isKeyedColumns,
    read: keyedColumnCells,
    example: (schema) => mapValues(exampleRecord(schema), (one) => ({ row: one })),
    takesParameters: false,
  },
  {
    name: 'keyedRows',
    summary: 'pandas, to_json(orient="index")',
    test: isKeyedRows,
    read: keyedRowCells,
    example: (schema) => ({ row: exampleRecord(schema) }),
    takesParameters: false,
  },
  {
    name: 'columns',
    summary: 'Columns, as as.data.frame() of R takes them',
    test: (_, value) => isObject(value) && Object.values(value).some(Array.isArray),
    read: readObject,
    example: (schema) => mapValues(exampleRecord(schema), (one) => [one]),
    takesParameters: false,
  },
  {
    name: 'record',
    summary: 'A record',
    test: (_, value) => isObject(value),
    read: readObject,
    example: exampleRecord,
    takesParameters: false,
  },
];

/** Every form of a JSON body, in the order in which they are asked. */
export const DIALECTS: readonly Dialect[] = [
  {
    name: 'records',
    summary: "Records, or rows in the model's feature order",
    test: (_, value) => Array.isArray(value),
    read: (schema, { value, path }) => arrayCells(schema, value as unknown[], path),
    example: (schema) => [exampleRecord(schema)],
    takesParameters: false,
  },
  wrapped('instances', 'Instances of SageMaker and TensorFlow: records, rows, or objects with features', readElements, (schema) => [
    exampleRecord(schema),
  ]),
  {
    ...wrapped('inputs', '', readElements, tensorExample),
    name: 'tensors',
    summary: 'Tensors of the Open Inference Protocol',
    test: (schema, value) => isWrapped(schema, value, 'inputs') && Array.isArray(value.inputs) && isTensors(schema, value.inputs),
    read: (schema, source) => tensorCells(schema, (source.value as { inputs: unknown[] }).inputs, `${source.path}/inputs`),
    modelParameters,
  },
  wrapped('inputs', 'Inputs of MLflow: columns, records or rows', readInputs, (schema) => [exampleRecord(schema)]),
  wrapped(
    'dataframe_split',
    'pandas as MLflow sends it, split',
    (schema, { value, path }) => splitCells(schema, value, path),
    splitExample,
  ),
  wrapped('dataframe_records', 'pandas as MLflow sends it, records', readElements, (schema) => [exampleRecord(schema)]),
  ...OBJECTS,
];

/** The dialect of a body; undefined where it is neither an array nor an object. */
export function dialectOf(schema: Schema, value: unknown): Dialect | undefined {
  return DIALECTS.find((dialect) => dialect.test(schema, value));
}

/** The dialect whose rows are the value of one member of the body. */
function wrapped(name: Wrapper, summary: string, read: Dialect['read'], inner: Dialect['example']): Dialect {
  return {
    name,
    summary,
    test: (schema, value) => isWrapped(schema, value, name),
    read: (schema, { value, path, text }) => read(schema, { value: (value as JsonObject)[name], path: `${path}/${name}`, text }),
    example: (schema) => ({ [name]: inner(schema) }),
    takesParameters: true,
  };
}

function isWrapped(schema: Schema, value: unknown, name: Wrapper): value is JsonObject {
  return isObject(value) && Object.hasOwn(value, name) && wrapperOf(schema, value) === name;
}

function readElements(schema: Schema, { value, path }: Source): Cells {
  if (Array.isArray(value)) return arrayCells(schema, value, path);
  throw new RequestError(400, `no dialect fits: found ${describe(value)} at ${path}, expected an array of rows`);
}

function readInputs(schema: Schema, source: Source): Cells {
  const dialect = isObject(source.value) ? OBJECTS.find(({ test }) => test(schema, source.value)) : undefined;
  return dialect ? dialect.read(schema, source) : readElements(schema, source);
}

function readObject(schema: Schema, { value, path }: Source): Cells {
  return objectCells(schema, value as JsonObject, path);
}

function rowExample(schema: Schema): unknown[] {
  const record = exampleRecord(schema);
  return namesOf(schema).map((name) => record[name]);
}

function splitExample(schema: Schema): object {
  return { columns: namesOf(schema), data: [rowExample(schema)] };
}

function tensorExample(schema: Schema): object[] {
  const datatypes = { number: 'FP64', integer64: 'INT64', logical: 'BOOL', date: 'BYTES', datetime: 'BYTES', factor: 'BYTES' };
  const record = exampleRecord(schema);
  return schema.features.map(({ name, type }) => ({ name, shape: [1], datatype: datatypes[type], data: [record[name]] }));
}

function mapValues(record: Record<string, unknown>, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
