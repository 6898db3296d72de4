import { checkColumns, rangesOf, rowsOf, rowsTogether } from '../../shared/batch/parquet-input.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { Changed } from './errors.ts';
import { openParquetFile } from './parquet-file.ts';
import type { Cut, Mark, Sizes, Source } from './source.ts';

/** Opens a Parquet file. Throws a RequestError where it is none, or lacks a column of the model. */
export async function openParquetRows(schema: Schema, file: string): Promise<Source> {
  const { parquet, identity, check } = await openParquetFile(file);
  checkColumns(schema, parquet);
  const count = rowsOf(parquet);
  async function* cuts({ rows }: Sizes, from: Mark | undefined): AsyncGenerator<Cut> {
    for (const range of rangesOf(parquet, rowsTogether(schema, rows))) {
      const end = range.start + range.rows;
      if (from && end <= from.read) continue;
      if (from && range.start < from.read) throw new Changed(`${file}: its row groups are others than those that were answered`);
      if (end === count) check();
      yield { work: { range }, mark: { read: end, hash: '', line: end + 1 }, share: end / count };
    }
    check();
  }
  return {
    rows: { form: 'parquet', file, identity },
    identity: { input: 'parquet', ...identity },
    isFile: true,
    cuts,
    close: async () => {},
  };
}
