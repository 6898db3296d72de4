import { describe, expect, test } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { openParquet, rangesOf, readParquet } from '../../../shared/batch/parquet-input.ts';
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
