import { describe, expect, test } from '@jest/globals';
import { piecesOf, rowRanges } from '../../../functions/batch/parquet.ts';
import { openParquetPart } from '../../../functions/batch/part.ts';
import type { Model } from '../../../shared/artifact.ts';
import type { Parquet, RowRange } from '../../../shared/batch/parquet-input.ts';
import type { Schema } from '../../../shared/schema/features.ts';

/** A file with so many rows in each row group. */
const fileOf = (...groups: number[]) =>
  ({
    metadata: {
      num_rows: BigInt(groups.reduce((sum, rows) => sum + rows, 0)),
      row_groups: groups.map((rows) => ({ num_rows: BigInt(rows) })),
    },
  }) as unknown as Parquet;

/** A model of so many features, whose answer is a curve of so many points. */
const modelOf = (features: number, points: number): Schema => ({
  kind: 'survival',
  takesMissing: false,
  features: Array.from({ length: features }, (_, at) => ({ name: `x${at}`, type: 'number' as const })),
  times: Array.from({ length: points }, (_, at) => at),
});

const MOST = 2 ** 22;
const GROUPS = [300_000, 0, 131_072, 5, 200_001];
const ROWS = GROUPS.reduce((sum, rows) => sum + rows, 0);
const rowsIn = (pieces: RowRange[]) => pieces.flatMap(({ start, rows }) => [start, start + rows]);

describe('the pieces of a Parquet file', () => {
  test.each([
    ['a few features and one number', 3, 1],
    ['a curve of 700 points', 2, 700],
    ['5,000 features', 5_000, 1],
    ['more features than may be in memory', MOST + 1, 1],
  ])('have each row once, and no more at once than there is room for: %s', (_, features, points) => {
    const [schema, parquet] = [modelOf(features, points), fileOf(...(features > MOST ? [7] : GROUPS))];
    const ranges = rowRanges(parquet, 1_000, 300);
    const pieces = ranges.flatMap((range) => [...piecesOf(schema, parquet, range)]);
    const places = rowsIn(pieces);
    expect([places[0], places.at(-1)]).toEqual([0, features > MOST ? 7 : ROWS]);
    expect(places.slice(1, -1).filter((place, at) => at % 2 === 0 && place !== places[at + 2])).toEqual([]);
    expect(Math.max(...pieces.map(({ rows }) => rows))).toBeLessThanOrEqual(
      Math.max(1, Math.min(131_072, MOST / Math.max(features, points))),
    );
  });

  test('lie each in one row group', () => {
    const pieces = [...piecesOf(modelOf(100, 100), fileOf(100_000, 100_000), { start: 0, rows: 200_000 })];
    expect(pieces.some(({ start, rows }) => start < 100_000 && start + rows > 100_000)).toBe(false);
  });
});

test('a part that is Parquet writes a row group before its answers fill the memory', async () => {
  const written: Uint8Array[] = [];
  const out = { add: async (bytes: Uint8Array) => void written.push(bytes), end: async () => 0, abort: async () => {} };
  const part = openParquetPart({ schema: modelOf(2, 1_000) } as Model, out);
  part.sink.take(new Float64Array(1_000 * 2_000));
  await part.piece(new Uint8Array(0));
  expect(written).toEqual([]);
  part.sink.take(new Float64Array(1_000 * 2_300));
  await part.piece(new Uint8Array(0));
  expect(written.length).toBeGreaterThan(0);
});
