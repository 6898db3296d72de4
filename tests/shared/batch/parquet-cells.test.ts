import { inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { parquetMetadata } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { openParquet, readParquet } from '../../../shared/batch/parquet-input.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { readRows } from '../../../shared/schema/rows.ts';
import { refusalOf } from '../../support/requests.ts';

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

/** Six numbers by DuckDB 2.0.1: COPY ... (PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 1), deflated. */
const UNSIGNED_BY_DUCKDB = [
  'eNoLcAwyFGUQ/SEARDqiPKJcomyibAwMTAwMDDyMDQIcbP/+//8v/xdEKDIgAEj0FxBbA9kt91l1pRlGwSgYBaOAgUGURVLHlEGCN6U0OTslKb44OSM1N1',
  'GUiUGUSZVJgi2vNDcptUhVikGMR1JGUkaNQUaUSVKUSxImIwqUEJsnCERqHDZmDBoswFLmvwQLyGBBQQZJGWBhxSUKKp5AinjUOIAUg4aGC9AuFyeFstSi',
  '4sz8PIUyIz0DPUMFjaTSzJwUBYsUcwtDQ5NUSwNNSRkZoNZFQBwALPgAfKY7MQ==',
].join('');

describe("a Parquet column's values as a feature's cells", () => {
  test('days are days since 1970, or the seconds of a time', async () => {
    expect(await cells(day, { data: DATES }, DATE)).toEqual([19_753, -1]);
    expect(await cells(time, { data: DATES }, DATE)).toEqual([19_753 * 86_400, -86_400]);
  });

  test('times are seconds with all that their unit has; a day is a midnight of UTC, or that of a time without a zone', async () => {
    const micros = { ...OPTIONAL, type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' } } as const;
    expect(await cells(time, { data: [1_706_702_400_123_456n, null, 0n] }, micros)).toEqual([1_706_702_400.123456, null, 0]);
    const nanos = { ...micros, logical_type: { ...micros.logical_type, unit: 'NANOS' } } as const;
    expect(await cells(time, { data: [1_706_702_400_123_456_000n] }, nanos)).toEqual([1_706_702_400.123456]);
    const [midnight, before] = [19_753n * 86_400_000_000n, -1n];
    expect(await cells(day, { data: [midnight, before] }, micros)).toEqual([19_753, 'a time that is no midnight of UTC']);
    const plain = { ...micros, logical_type: { ...micros.logical_type, isAdjustedToUTC: false } } as const;
    expect(await cells(day, { data: [1_706_745_599_999_999n, before, null] }, plain)).toEqual([19_753, -1, null]);
  });

  test('of a feature with a time zone a day is that of CSV, and a time is known where the file says that it is UTC', async () => {
    const local: Feature = { name: 'time', type: 'datetime', timeZone: 'America/Sao_Paulo' };
    expect(await cells(local, { data: [...DATES, null] }, DATE)).toEqual(['2024-01-31', '1969-12-31', null]);
    const [noon, none] = [1_706_713_200_000_000n, null];
    const timestamp = (isAdjustedToUTC: boolean) => ({ type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MICROS' }) as const;
    const [utc, plain] = [true, false].map((is) => ({ ...OPTIONAL, type: 'INT64', logical_type: timestamp(is) }) as const);
    expect(await cells(local, { data: [noon, none] }, utc)).toEqual([1_706_713_200, null]);
    expect(await cells(local, { data: [noon, none] }, plain)).toEqual(['a time without a zone', null]);
    for (const one of [time, { ...time, timeZone: 'UTC' }, { ...time, timeZone: 'GMT' }] as const) {
      expect(await cells(one, { data: [noon] }, plain)).toEqual([1_706_713_200]);
      expect(await cells(one, { data: DATES }, DATE)).toEqual(await cells(time, { data: DATES }, DATE));
    }
  });

  test.each([
    [{ ...time, timeZone: 'Europe/Berlin' }, false, 'the file does not say that it is UTC'],
    [day, true, 'its time is no midnight of UTC'],
  ] as const)('what is not said of a time is told (%#)', async (feature, isAdjustedToUTC, told) => {
    const element = { ...OPTIONAL, type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MICROS' } } as const;
    const [cell] = await cells(feature, { data: [1_706_713_200_000_000n] }, element);
    const schema: Schema = { kind: 'regression', features: [feature], takesMissing: false };
    const [problem] = refusalOf(() =>
      readRows(schema, { rows: 1, text: false, columnar: true, cell: () => cell, path: () => '' }),
    ).problems;
    expect(problem?.message).toContain(told);
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

  test('a decimal is the double that its digits are in CSV, however its integer is kept', async () => {
    const decimal = (scale: number) => ({ ...OPTIONAL, converted_type: 'DECIMAL', precision: 18, scale }) as const;
    const cents = [30n, null, -1_915n, 0n, 123_456_789n];
    const doubles = [0.3, null, -19.15, 0, 1_234_567.89];
    for (const type of ['INT32', 'INT64', 'BYTE_ARRAY'] as const) {
      expect(await cells(number, { data: cents }, { ...decimal(2), type })).toEqual(doubles);
    }
    expect(await cells(number, { data: [-3n] }, { ...decimal(1), type: 'FIXED_LEN_BYTE_ARRAY', type_length: 7 })).toEqual([-0.3]);
    expect(await cells(number, { data: [123_456_789_012_345_678n] }, { ...decimal(17), type: 'INT64' })).toEqual([1.2345678901234567]);
    const { converted_type, precision, scale, ...bare } = decimal(3);
    const named = { ...bare, type: 'INT64', logical_type: { type: 'DECIMAL', precision, scale } } as const;
    expect(await cells(number, { data: [1_001n] }, named)).toEqual([1.001]);
  });

  test('a decimal without a fraction is a 64-bit integer with all its digits', async () => {
    const ids = { ...OPTIONAL, type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 2 } as const;
    expect(await cells(count, { data: [700n, 150n] }, ids)).toEqual([7, 1.5]);
    expect(await cells(count, { data: [123_456_789_012_345_600n] }, ids)).toEqual([1_234_567_890_123_456]);
    expect(await cells(count, { data: [2n ** 53n + 1n] }, { ...ids, scale: 0 })).toEqual(['9007199254740993']);
  });

  test('an unsigned integer of 32 bits is itself, also where DuckDB begins a page of differences with one of 2^31 or more', async () => {
    const bytes = new Uint8Array(inflateSync(Buffer.from(UNSIGNED_BY_DUCKDB, 'base64')));
    const file = { byteLength: bytes.length, slice: (start: number, end?: number) => bytes.slice(start, end).buffer };
    const schema: Schema = { kind: 'regression', features: [number], takesMissing: true };
    const { columns } = await readParquet(schema, await openParquet(file), { start: 0, rows: 6 });
    const found = Array.from({ length: 6 }, (_, row) => columns[0]?.cell(columns[0].values[row]));
    expect(found).toEqual([2 ** 32 - 1, 0, 2 ** 31, 2 ** 31 - 1, 7, 3e9]);
  });

  test('a time of day is refused: as a number it would be the milliseconds or microseconds of whoever wrote it', async () => {
    const [millis, micros] = [
      { ...OPTIONAL, type: 'INT32', converted_type: 'TIME_MILLIS' } as const,
      { ...OPTIONAL, type: 'INT64', logical_type: { type: 'TIME', isAdjustedToUTC: true, unit: 'MICROS' } } as const,
    ];
    expect(await cells(number, { data: [43_200_000, null] }, millis)).toEqual(['a time of day', null]);
    expect(await cells(time, { data: [43_200_000_000n] }, micros)).toEqual(['a time of day']);
  });

  test('a column that does not say whether each row has a value is refused: fastparquet writes such where it infers that', async () => {
    await expect(cells(number, { data: [1.5, 2.5] }, { type: 'DOUBLE' })).rejects.toThrow('does not say whether each row has a value');
  });

  test('texts and logicals stay what they are, and NaN is missing', async () => {
    const factor: Feature = { name: 'sex', type: 'factor', levels: ['f', 'm'] };
    expect(await cells(factor, { data: ['m', null, 'f'], type: 'STRING' })).toEqual(['m', null, 'f']);
    // A byte-order mark within a file is a part of the text.
    expect(await cells(factor, { data: ['\ufeffm'], type: 'STRING' })).toEqual(['\ufeffm']);
    expect(await cells({ name: 'is', type: 'logical' }, { data: [true, false], type: 'BOOLEAN' })).toEqual([true, false]);
    expect(await cells(number, { data: [1.5, Number.NaN, null], type: 'DOUBLE' })).toEqual([1.5, null, null]);
  });
});
