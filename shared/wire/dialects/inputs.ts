import { answerTypes } from '../../schema/parameters.ts';
import { exampleColumns, exampleRecord, hasFeature, isObject } from '../cells.ts';
import { type BodyShape, RECORDS_SHAPE, wrappedShape } from './body-shape.ts';
import { DATATYPES, exampleTensors } from './datatypes.ts';
import type { Dialect } from './dialect.ts';
import { readElements } from './records.ts';
import { isTensors, modelParameters, tensorCells } from './tensors.ts';

/** A tensor of the Open Inference Protocol, as far as it is read. */
const TENSOR: BodyShape = {
  name: 'Tensor',
  shape: {
    object: {
      name: 'text',
      shape: { array: 'count', least: 1, most: 2 },
      datatype: { oneOf: DATATYPES },
      data: { array: { either: ['cell', { array: 'cell' }] }, least: 1 },
    },
  },
};

/** An inference request of the Open Inference Protocol, sent to the path of the other dialects. */
export const TENSORS: Dialect = {
  name: 'tensors',
  summary: 'Tensors of the Open Inference Protocol',
  wrapper: 'inputs',
  test: (schema, value) => Array.isArray(value) && isTensors(schema, value),
  read: (schema, { value, path }) => tensorCells(schema, value as unknown[], path),
  examples: (schema) => [
    {
      name: 'tensors',
      summary: 'Open Inference Protocol V2',
      value: { inputs: exampleTensors(schema), parameters: { type: answerTypes(schema)[0] } },
      shape: wrappedShape('inputs', { array: TENSOR, least: 1 }),
    },
  ],
  takesParameters: true,
  modelParameters,
};

/** MLflow's `inputs`: an array of records or rows, or an object in one of the forms that may also stand alone. */
export function inputs(objects: readonly Dialect[]): Dialect {
  const shape = (inner: BodyShape) => wrappedShape('inputs', inner);
  return {
    name: 'inputs',
    summary: 'Inputs of MLflow: columns, records or rows',
    wrapper: 'inputs',
    test: () => true,
    holdsRows: (schema, value) => isObject(value) && hasFeature(schema, value),
    read: (schema, source) => {
      const dialect = isObject(source.value) ? objects.find(({ test }) => test(schema, source.value)) : undefined;
      return dialect ? dialect.read(schema, source) : readElements(schema, source);
    },
    examples: (schema) => [
      { name: 'inputRecords', summary: 'Inputs: records', value: { inputs: [exampleRecord(schema)] }, shape: shape(RECORDS_SHAPE) },
      { name: 'inputColumns', summary: 'Inputs: columns', value: { inputs: exampleColumns(schema) }, shape: shape('columns') },
    ],
    takesParameters: true,
    quick: true,
  };
}
