import { describe, expect, test } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { checkColumns, openParquet, rangesOf, readParquet } from '../../../shared/batch/parquet-input.ts';
import { checkRuns } from '../../../shared/batch/parquet-runs.ts';
import { RequestError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';

const SCHEMA: Schema = { kind: 'regression', features: [{ name: 'x', type: 'number' }], takesMissing: true };
const ROWS = 300_000;

/** A file of one row group with one column of many pages; `read` counts the bytes that are asked of it. */
function oneGroup(data: unknown[]) {
  const columnData = [{ name: 'x', data, type: 'DOUBLE' as const, encoding: 'PLAIN' as const }];
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: data.length, pageSize: 50_000 }));
  const read = { bytes: 0 };
  const slice = (start: number, end = bytes.length) => {
    read.bytes += Math.max(0, end - start);
    return bytes.slice(start, end).buffer;
  };
  return { bytes, read, file: { byteLength: bytes.length, slice } };
}

describe('a large row group', () => {
  test('is read once, however many ranges it is cut into, and each range has its rows', async () => {
    for (const one of [(row: number) => row + 0.5, (row: number) => (row % 7 === 0 ? null : row + 0.5)]) {
      const data = Array.from({ length: ROWS }, (_, row) => one(row));
      const { bytes, read, file } = oneGroup(data);
      const parquet = await openParquet(file);
      for (const range of rangesOf(parquet, 7_000)) {
        const [column] = (await readParquet(SCHEMA, parquet, range)).columns;
        const cells = Array.from({ length: range.rows }, (_, row) => column?.cell(column.values[row]));
        expect(cells).toEqual(data.slice(range.start, range.start + range.rows));
      }
      expect(read.bytes).toBeLessThan(4 * bytes.length);
    }
  });

  test('whose pages are longer than it is damaged', async () => {
    const { file } = oneGroup(Array.from({ length: ROWS }, (_, row) => row));
    const parquet = await openParquet(file);
    const column = parquet.metadata.row_groups[0]?.columns[0]?.meta_data;
    if (!column) throw new Error('found no column, expected one');
    column.total_compressed_size -= 100_000n;
    await expect(readParquet(SCHEMA, parquet, { start: 0, rows: 10 })).rejects.toThrow(/damaged.*at byte \d+ does not fit/);
  });
});

describe('a file', () => {
  /** Has looks at a member of some objects counted. */
  function counted<Item extends object>(items: Item[], member: keyof Item): () => number {
    let looks = 0;
    for (const item of items) {
      const value = item[member];
      const get = () => {
        looks += 1;
        return value;
      };
      Object.defineProperty(item, member, { get });
    }
    return () => looks;
  }

  test('of many row groups is read without a look at all of them for each', async () => {
    const groups = 1_000;
    const data = Array.from({ length: groups }, (_, row) => row + 0.5);
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'x', data, type: 'DOUBLE' }], rowGroupSize: 1 }));
    const slice = (start: number, end = bytes.length) => bytes.slice(start, end).buffer;
    const parquet = await openParquet({ byteLength: bytes.length, slice });
    const looks = counted(parquet.metadata.row_groups, 'num_rows');
    const cells: unknown[] = [];
    for (const range of rangesOf(parquet, 10)) {
      const [column] = (await readParquet(SCHEMA, parquet, range)).columns;
      cells.push(column?.cell(column.values[0]));
    }
    expect(cells).toEqual(data);
    expect(looks()).toBeLessThan(10 * groups);
  });

  /** Some columns of the same values, with a place for what is read of them. */
  function wide(columns: number, data: unknown[], encoding: 'PLAIN' | 'RLE_DICTIONARY') {
    const names = Array.from({ length: columns }, (_, at) => `x${at}`);
    const columnData = names.map((name) => ({ name, data, type: 'DOUBLE' as const, encoding }));
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: data.length }));
    const schema: Schema = { kind: 'regression', features: names.map((name) => ({ name, type: 'number' })), takesMissing: true };
    return { bytes, schema };
  }

  test('of many columns has a few of them read at once', async () => {
    const data = Array.from({ length: 100 }, (_, row) => row + 0.5);
    const { bytes, schema } = wide(200, data, 'PLAIN');
    let [reading, most] = [0, 0];
    const slice = async (start: number, end = bytes.length) => {
      reading += 1;
      most = Math.max(most, reading);
      await new Promise(setImmediate);
      reading -= 1;
      return bytes.slice(start, end).buffer;
    };
    const parquet = await openParquet({ byteLength: bytes.length, slice });
    const { columns } = await readParquet(schema, parquet, { start: 10, rows: 5 });
    expect(columns.map((column) => column?.values)).toEqual(schema.features.map(() => data.slice(10, 15)));
    expect(most).toBeLessThanOrEqual(32);
  });

  test.each([
    'PLAIN',
    'RLE_DICTIONARY',
  ] as const)('of many columns (%s) is read again where its pages do not fit the memory that they may have', async (encoding) => {
    const data = Array.from({ length: 1_000 }, (_, row) => (row % 9 === 0 ? null : (row % 300) + 0.5));
    const { bytes, schema } = wide(40, data, encoding);
    const read = async (memory: number) => {
      let read = 0;
      const slice = (start: number, end = bytes.length) => {
        read += Math.max(0, end - start);
        return bytes.slice(start, end).buffer;
      };
      const parquet = await openParquet({ byteLength: bytes.length, slice }, {}, memory);
      const footer = read;
      for (const range of rangesOf(parquet, 30)) {
        const { columns } = await readParquet(schema, parquet, range);
        for (const column of columns) {
          const cells = Array.from({ length: range.rows }, (_, row) => column?.cell(column.values[row]));
          expect(cells).toEqual(data.slice(range.start, range.start + range.rows));
        }
      }
      return (read - footer) / bytes.length;
    };
    // 34 ranges: nothing is kept; 300 rows of each column (and its heads are read, which are all that there is of a page so small); all.
    expect(await read(0)).toBeGreaterThan(20);
    expect(await read(40 * 300 * 16)).toBeLessThan(10);
    expect(await read(Number.POSITIVE_INFINITY)).toBeLessThan(3);
  });

  test('of many columns is read without a look at all of them for each', async () => {
    const names = Array.from({ length: 500 }, (_, at) => `x${at}`);
    const schema: Schema = { ...SCHEMA, features: names.map((name) => ({ name, type: 'number' })) };
    const columnData = names.map((name, at) => ({ name, data: [at, at + 0.5], type: 'DOUBLE' as const }));
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
    const slice = (start: number, end = bytes.length) => bytes.slice(start, end).buffer;
    const parquet = await openParquet({ byteLength: bytes.length, slice });
    const looks = [counted(parquet.metadata.schema, 'type'), counted(parquet.metadata.row_groups[0]?.columns ?? [], 'meta_data')];
    const { columns } = await readParquet(schema, parquet, { start: 0, rows: 2 });
    expect(columns.map((column) => column?.cell(column.values[1]))).toEqual(names.map((_, at) => at + 0.5));
    for (const of of looks) expect(of()).toBeLessThan(20 * names.length);
  });
});

describe('a damaged file', () => {
  const texts = Array.from({ length: 40 }, (_, row) => (row % 5 === 0 ? null : `level ${row % 3}`));
  const factor: Schema = {
    kind: 'regression',
    features: [{ name: 'x', type: 'factor', levels: texts.filter((one) => one !== null) }],
    takesMissing: true,
  };

  async function valuesOf(bytes: Uint8Array): Promise<unknown[]> {
    const slice = (start: number, end = bytes.length) => bytes.slice(start, end).buffer;
    const parquet = await openParquet({ byteLength: bytes.length, slice });
    checkColumns(factor, parquet);
    const cells: unknown[] = [];
    for (const range of rangesOf(parquet, 16)) {
      if (cells.length > texts.length) break;
      const [column] = (await readParquet(factor, parquet, range)).columns;
      for (let row = 0; row < range.rows; row += 1) cells.push(column?.cell(column.values[row]));
    }
    return cells;
  }

  test.each([
    'RLE_DICTIONARY',
    'PLAIN',
  ] as const)('with any byte changed (%s) is refused at once, or read by other values', async (encoding) => {
    const columnData = [{ name: 'x', data: texts, type: 'STRING' as const, encoding }];
    const good = new Uint8Array(parquetWriteBuffer({ columnData, codec: 'SNAPPY' }));
    expect(await valuesOf(good)).toEqual(texts);
    for (let at = 0; at < good.length; at += 1) {
      for (const value of [0xff, 0x7f, 0, (good[at] as number) ^ 1]) {
        const bytes = good.slice();
        bytes[at] = value;
        // What is thrown must be about the file: a TypeError would be a fault of ours.
        await valuesOf(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(RequestError));
      }
    }
  });

  test('has no run of more values than are left, however few bytes say so', () => {
    expect(checkRuns(Uint8Array.of(10, 1), 1, 5)).toBe(5);
    expect(checkRuns(Uint8Array.of(3, 0b10101), 1, 5)).toBe(8);
    expect(() => checkRuns(Uint8Array.of(12, 1), 1, 5)).toThrow('a run of 6 values where 5 are left');
    expect(() => checkRuns(Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 1), 1, 5)).toThrow('a run of 2147483647 values where 5 are left');
    expect(() => checkRuns(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), 0, 5)).toThrow('where 5 are left');
    expect(() => checkRuns(Uint8Array.of(0x80), 1, 5)).toThrow('a run whose length does not end');
  });

  test('that names a value which its dictionary has not is refused, and the value is not missing', async () => {
    const columnData = [{ name: 'x', data: texts, type: 'STRING' as const, encoding: 'RLE_DICTIONARY' as const }];
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, codec: 'UNCOMPRESSED' }));
    const slice = (start: number, end = bytes.length) => bytes.slice(start, end).buffer;
    const parquet = await openParquet({ byteLength: bytes.length, slice });
    const column = parquet.metadata.row_groups[0]?.columns[0]?.meta_data;
    if (column?.dictionary_page_offset === undefined) throw new Error('found no dictionary, expected one');
    column.total_compressed_size -= column.data_page_offset - column.dictionary_page_offset;
    column.dictionary_page_offset = 0n;
    await expect(readParquet(factor, parquet, { start: 0, rows: 16 })).rejects.toThrow('of a dictionary of 0');
  });
});
