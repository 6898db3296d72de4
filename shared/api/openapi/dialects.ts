import * as z from 'zod';
import type { Feature, Schema } from '../../schema/features.ts';
import { answerTypes } from '../../schema/parameters.ts';
import { exampleRecord } from '../../wire/cells.ts';
import { DATATYPES } from '../../wire/tensors.ts';
import { readValue } from '../../wire/wire.ts';
import { datatypeOf } from '../v2/v2.ts';
import { MAX_SPELLED, type Shapes, scalar } from './shapes.ts';

/** A form a JSON body may have: its name, a sentence, its schema and a body that works. `parts`: what of the schema has a name of its own. */
export type Dialect = { name: string; summary: string; schema: z.ZodType; value: unknown; parts?: Record<string, z.ZodType> };

/** The dialects of the contract that this model takes: where a feature is called `inputs`, that word cannot wrap rows. */
export function workingDialects(schema: Schema, shared: Shapes): Dialect[] {
  const [first, ...others] = dialectsOf(schema, shared);
  const rows = (value: unknown) => [...readValue(schema, value).rows];
  const works = ({ value }: Dialect) => {
    try {
      const expected = rows(exampleRecord(schema));
      return rows(value).every((number, at) => Object.is(number, expected[at % expected.length]));
    } catch {
      return false;
    }
  };
  return [first as Dialect, ...(schema.features.length > MAX_SPELLED ? [] : others.filter(works))];
}

function dialectsOf(schema: Schema, { record, element, row, columns, parameters }: Shapes): Dialect[] {
  const one = exampleRecord(schema);
  const values = schema.features.map((feature) => one[feature.name]);
  const names = schema.features.map((feature) => feature.name);
  const doubled = Object.fromEntries(names.map((name) => [name, [one[name], one[name]]]));
  const tensors = names.map((name, at) => ({ name, shape: [1], datatype: datatypeOf(schema.features[at] as Feature), data: [one[name]] }));
  const [records, rows] = [z.array(element).min(1), z.array(row).min(1)];
  const box = z.object({ features: row });
  const boxed = z.array(box).min(1);
  const tensor = z.object({
    name: z.string(),
    shape: z.array(z.int().min(0)).min(1).max(2),
    datatype: z.enum(DATATYPES as [string]),
    data: z.array(z.union([scalar, z.array(scalar)])).min(1),
  });
  const type = answerTypes(schema)[0];
  const beside = { parameters: parameters.optional(), params: parameters.optional() };
  const wrapped = (name: string, inner: z.ZodType) => z.object({ [name]: inner, ...beside });
  const split = z.object({ columns: z.array(z.string()), data: z.array(z.array(scalar)).min(1) });
  const keyed = z.object(Object.fromEntries(names.map((name) => [name, z.record(z.string(), scalar)])));
  const table = z.object({ schema: z.looseObject({ fields: z.array(z.looseObject({ name: z.string() })) }), data: records });
  // biome-ignore format: a table
  return [
    { name: 'record', summary: 'A record', schema: record, value: one },
    { name: 'records', summary: 'Records', schema: records, value: [one, one] },
    { name: 'rows', summary: "Rows in the model's feature order", schema: rows, value: [values, values] },
    { name: 'columns', summary: 'Columns, as as.data.frame() of R takes them', schema: columns, value: doubled },
    { name: 'instances', summary: 'Instances: records', schema: wrapped('instances', records), value: { instances: [one] } },
    { name: 'instanceRows', summary: 'Instances: rows', schema: wrapped('instances', rows), value: { instances: [values, values] } },
    { name: 'features', summary: "SageMaker's common format", schema: wrapped('instances', boxed), value: { instances: [{ features: values }] }, parts: { FeaturesItem: box } },
    { name: 'split', summary: 'pandas, split', schema: wrapped('dataframe_split', split), value: { dataframe_split: { columns: names, data: [values] } }, parts: { DataframeSplit: split } },
    { name: 'dataframeRecords', summary: 'pandas, records', schema: wrapped('dataframe_records', records), value: { dataframe_records: [one] } },
    { name: 'featuresAlone', summary: "SageMaker's common format, a row alone", schema: wrapped('features', row), value: { features: values } },
    { name: 'pandasColumns', summary: 'pandas, to_json()', schema: keyed, value: Object.fromEntries(names.map((name) => [name, { 0: one[name] }])) },
    { name: 'pandasSplit', summary: 'pandas, to_json(orient="split")', schema: z.object({ ...split.shape, ...beside }), value: { columns: names, data: [values] } },
    { name: 'pandasTable', summary: 'pandas, to_json(orient="table")', schema: table, value: { schema: { fields: names.map((name) => ({ name })) }, data: [one] } },
    { name: 'inputColumns', summary: 'Inputs: columns', schema: wrapped('inputs', columns), value: { inputs: doubled } },
    { name: 'inputRecords', summary: 'Inputs: records', schema: wrapped('inputs', records), value: { inputs: [one] } },
    { name: 'tensors', summary: 'Open Inference Protocol V2', schema: wrapped('inputs', z.array(tensor).min(1)), value: { inputs: tensors, parameters: { type } }, parts: { Tensor: tensor } },
  ];
}
