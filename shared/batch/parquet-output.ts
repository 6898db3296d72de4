import type { FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type Cell, cellOf } from '../schema/answer-columns.ts';
import type { AnswerColumn, Schema } from '../schema/features.ts';
import type { Parameters } from '../schema/parameters.ts';
import { outputWidth, partsOf, type Shape, shapeOf, shapeWidth } from '../schema/shape.ts';
import { parseCsv } from '../wire/csv.ts';
import { answerLines } from './columns.ts';
import type { Sink } from './sinks.ts';

/** A column of answers: its name, its type in the file, and its value for a row whose doubles begin at a place. */
export type AnswerField = { element: SchemaElement; value(outputs: Float64Array, at: number): unknown };

/** A row group as it stands in a file: what the footer says of it, with offsets from the group's own first byte. */
export type EncodedGroup = { bytes: Uint8Array; group: RowGroup };

const ROOT = 'schema';
const MAGIC = new TextEncoder().encode('PAR1');
const CREATED_BY = 'canopy';

/** What a file of answers starts with; the first row group stands behind it. */
export const PARQUET_START: Uint8Array = MAGIC;

/** The columns of the answers to some parameters, called as those of a CSV. All may have no value: a row without an answer has none. */
export function answerFields(schema: Schema, parameters: Parameters): AnswerField[] {
  const parts = parameters.also ? partsOf(schema, parameters) : [{ shape: shapeOf(schema, parameters), offset: 0 }];
  const fields = parts.flatMap(({ shape, offset }) => fieldsOf(shape, offset));
  const names = parseCsv(answerLines(schema, parameters).header)[0] ?? [];
  return fields.map(({ element, value }, at) => ({ element: { ...element, name: names[at] ?? `predictions.${at + 1}` }, value }));
}

function fieldsOf(shape: Shape, offset: number): AnswerField[] {
  const { places, columns } = shape;
  if (places) return [{ element: TYPES.text, value: (outputs, at) => places[outputs[at + offset]!] }];
  if (columns) return columns.map((column, place) => columnField(column, place + offset));
  return Array.from({ length: shapeWidth(shape) }, (_, place) => ({
    element: TYPES.number,
    value: (outputs, at) => outputs[at + offset + place]!,
  }));
}

function columnField(column: AnswerColumn, place: number): AnswerField {
  const cell = (outputs: Float64Array, at: number): Cell => cellOf(column, outputs[at + place]!);
  if (column.type === 'number') return { element: TYPES.number, value: cell };
  if (column.type === 'logical') return { element: TYPES.logical, value: cell };
  if (column.type === 'factor') return { element: TYPES.text, value: cell };
  const milliseconds = column.type === 'date' ? 86_400_000 : 1_000;
  const date = (outputs: Float64Array, at: number) => {
    const value = outputs[at + place]!;
    return Number.isNaN(value) ? null : new Date(value * milliseconds);
  };
  return { element: TYPES[column.type], value: date };
}

const OPTIONAL = { name: '', repetition_type: 'OPTIONAL' } as const;
const TYPES = {
  number: { ...OPTIONAL, type: 'DOUBLE' },
  logical: { ...OPTIONAL, type: 'BOOLEAN' },
  text: { ...OPTIONAL, type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  date: { ...OPTIONAL, type: 'INT32', converted_type: 'DATE' },
  datetime: { ...OPTIONAL, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
} satisfies Record<string, SchemaElement>;

/** The answers of some rows, `width` doubles each, as a row group; `bad` are the places of rows without one, whose doubles are skipped. */
function encodeGroup(fields: AnswerField[], outputs: Float64Array, width: number, bad: readonly number[]): EncodedGroup {
  const rows = outputs.length / width;
  const without = new Set(bad);
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: schemaOf(fields), statistics: false, createdBy: CREATED_BY });
  const columnData = fields.map(({ element, value }) => {
    const data: unknown[] = new Array(rows);
    for (let row = 0; row < rows; row += 1) data[row] = without.has(row) ? null : value(outputs, row * width);
    return { name: element.name, data, offsetIndex: false };
  });
  parquet.write({ columnData, rowGroupSize: Math.max(rows, 1) });
  const [group] = parquet.row_groups as RowGroup[];
  if (!group) throw new Error('found no row for a row group, expected one');
  return { bytes: writer.getBytes().slice(MAGIC.length), group: moved(group, -MAGIC.length) };
}

/** A row group as the footer has it, whose first byte stands at a place of the file. */
export function placedGroup(group: RowGroup, at: number): RowGroup {
  return moved(group, at);
}

function moved(group: RowGroup, by: number): RowGroup {
  const shift = BigInt(by);
  const columns = group.columns.map(({ meta_data, ...column }) => {
    if (!meta_data) return column;
    const { data_page_offset, dictionary_page_offset } = meta_data;
    const dictionary = dictionary_page_offset === undefined ? {} : { dictionary_page_offset: dictionary_page_offset + shift };
    return {
      ...column,
      file_offset: column.file_offset + shift,
      meta_data: { ...meta_data, data_page_offset: data_page_offset + shift, ...dictionary },
    };
  });
  return { ...group, columns };
}

/** What a file of such row groups, as placedGroup gives them, ends with. */
export function parquetEnd(fields: AnswerField[], groups: RowGroup[]): Uint8Array {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: schemaOf(fields), createdBy: CREATED_BY });
  parquet.row_groups = groups;
  parquet.num_rows = groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
  parquet.finish();
  return writer.getBytes().slice(MAGIC.length);
}

function schemaOf(fields: AnswerField[]): FileMetaData['schema'] {
  return [{ name: ROOT, num_children: fields.length }, ...fields.map(({ element }) => element)];
}

/** Keeps the answers to a piece for a row group, which is undefined where it had no row. */
export function createGroupSink(schema: Schema, parameters: Parameters): Sink & { group(): EncodedGroup | undefined } {
  const [fields, width] = [answerFields(schema, parameters), outputWidth(schema, parameters)];
  const parts: Float64Array[] = [];
  const bad: number[] = [];
  let rows = 0;
  const add = (outputs: Float64Array, count: number) => {
    parts.push(outputs);
    rows += count;
  };
  return {
    take: (outputs) => add(outputs, outputs.length / width),
    skip: () => {
      bad.push(rows);
      add(new Float64Array(width), 1);
    },
    group: () => {
      if (rows === 0) return undefined;
      const outputs = parts.length === 1 ? parts[0]! : new Float64Array(rows * width);
      let at = 0;
      for (const part of parts.length > 1 ? parts : []) {
        outputs.set(part, at);
        at += part.length;
      }
      return encodeGroup(fields, outputs, width, bad);
    },
  };
}

/** A row group as JSON, and back: its 64-bit numbers stand as {"$n": "123"}. */
export function groupText(group: RowGroup): string {
  return JSON.stringify(group, (_, value: unknown) => (typeof value === 'bigint' ? { $n: String(value) } : value));
}

export function groupOf(text: string): RowGroup {
  const isNumber = (value: unknown): value is { $n: string } => typeof value === 'object' && value !== null && '$n' in value;
  return JSON.parse(text, (_, value: unknown) => (isNumber(value) ? BigInt(value.$n) : value)) as RowGroup;
}
