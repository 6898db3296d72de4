import { describe, expect, test } from '@jest/globals';
import type { parquetMetadata } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { openParquet, readParquet } from '../../../shared/batch/parquet-input.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { readRows } from '../../../shared/schema/rows.ts';

type Column = Parameters<typeof parquetWriteBuffer>[0]['columnData'][number];
type Element = ReturnType<typeof parquetMetadata>['schema'][number];

/** The cells of a feature in a file with one column of that name. */
async function cells(feature: Feature, column: Omit<Column, 'name'>, element?: Omit<Element, 'name'>): Promise<unknown[]> {
  const schema: Schema = { kind: 'regression', features: [feature], takesMissing: true };
  const { name } = feature;
  const elements = element
    ? {
        schema: [
          { name: 'root', num_children: 1 },
          { name, ...element },
        ],
      }
    : {};
  const bytes = parquetWriteBuffer({ columnData: [{ name, ...column }], ...elements });
  const file = { byteLength: bytes.byteLength, slice: (start: number, end?: number) => bytes.slice(start, end) };
  const rows = { start: 0, rows: column.data.length };
  const { columns } = await readParquet(schema, await openParquet(file), rows);
  return Array.from(column.data, (_, row) => columns[0]?.cell(columns[0].values[row]));
}

const day: Feature = { name: 'day', type: 'date' };
const time: Feature = { name: 'time', type: 'datetime' };
const count: Feature = { name: 'count', type: 'integer64' };
const number: Feature = { name: 'number', type: 'number' };
const DATES = [new Date('2024-01-31'), new Date('1969-12-31')];
const OPTIONAL = { repetition_type: 'OPTIONAL' } as const;
const DATE = { ...OPTIONAL, type: 'INT32', converted_type: 'DATE' } as const;

describe("a Parquet column's values as a feature's cells", () => {
  test('days are days since 1970, or the seconds of a time', async () => {
    expect(await cells(day, { data: DATES }, DATE)).toEqual([19_753, -1]);
    expect(await cells(time, { data: DATES }, DATE)).toEqual([19_753 * 86_400, -86_400]);
  });

  test('times are seconds with all that their unit has, or their day', async () => {
    const micros = { ...OPTIONAL, type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' } } as const;
    expect(await cells(time, { data: [1_706_702_400_123_456n, null, 0n] }, micros)).toEqual([1_706_702_400.123456, null, 0]);
    const nanos = { ...micros, logical_type: { ...micros.logical_type, unit: 'NANOS' } } as const;
    expect(await cells(time, { data: [1_706_702_400_123_456_000n] }, nanos)).toEqual([1_706_702_400.123456]);
    expect(await cells(day, { data: [1_706_745_599_999_999n, -1n] }, micros)).toEqual([19_753, -1]);
  });

  test('a day is no number: a model that knows none would take its days for one', async () => {
    const [found] = await cells(number, { data: DATES }, DATE);
    const schema: Schema = { kind: 'regression', features: [number], takesMissing: false };
    const row = { rows: 1, text: false, columnar: true, cell: () => found, path: () => '' };
    expect(() => readRows(schema, row)).toThrow('does not fit');
  });

  test('a 64-bit integer that a number cannot hold is a text, which is refused, and never the next number', async () => {
    expect(await cells(count, { data: [7n, 2n ** 53n + 1n], type: 'INT64' })).toEqual([7, '9007199254740993']);
    expect(await cells(number, { data: [7n, -3n], type: 'INT64' })).toEqual([7, -3]);
  });

  test('texts and logicals stay what they are, and NaN is missing', async () => {
    const factor: Feature = { name: 'sex', type: 'factor', levels: ['f', 'm'] };
    expect(await cells(factor, { data: ['m', null, 'f'], type: 'STRING' })).toEqual(['m', null, 'f']);
    expect(await cells({ name: 'is', type: 'logical' }, { data: [true, false], type: 'BOOLEAN' })).toEqual([true, false]);
    expect(await cells(number, { data: [1.5, Number.NaN, null], type: 'DOUBLE' })).toEqual([1.5, null, null]);
  });
});
