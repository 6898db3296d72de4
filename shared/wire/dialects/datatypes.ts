import type { Feature, Schema } from '../../schema/features.ts';
import { exampleRecord } from '../cells.ts';

/** The datatypes of the Open Inference Protocol (open_inference_rest.yaml), and those of its binary extension. */
export const DATATYPES = ['BOOL', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64', 'FP16', 'FP32', 'FP64', 'BF16']
  .concat('BYTES')
  .sort();

const DATATYPE_OF = { number: 'FP64', integer64: 'INT64', logical: 'BOOL', factor: 'BYTES', date: 'BYTES', datetime: 'BYTES' };

/** The protocol's datatype of what a feature takes. */
export function datatypeOf({ type }: Feature): string {
  return DATATYPE_OF[type];
}

/** A tensor for each feature, with one row: the record of `exampleRecord`. */
export function exampleTensors(schema: Schema): object[] {
  const record = exampleRecord(schema);
  return schema.features.map((feature) => ({
    name: feature.name,
    shape: [1],
    datatype: datatypeOf(feature),
    data: [record[feature.name]],
  }));
}
