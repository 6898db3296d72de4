import { totalmem } from 'node:os';
import zlib from 'node:zlib';
import { bytesOf } from '../../shared/batch/chunks.ts';
import { codecsOf } from '../../shared/batch/parquet-codecs.ts';
import { openParquet, type Parquet, type RowRange, rangesOf, rowsTogether } from '../../shared/batch/parquet-input.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { defaultParameters } from '../../shared/schema/parameters.ts';
import { outputWidth } from '../../shared/schema/shape.ts';
import type { Listed, Store } from './store.ts';

/** Rows that are read and computed together, and doubles of their answers: written, a double takes some 19 bytes of one text. */
const MOST_ROWS = 131_072;
const MOST_DOUBLES = 2 ** 22;

/** Bytes that may be kept of a row group: half of the memory that there is. */
const MOST_KEPT = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()) / 2;

/** A Parquet file in S3, by its footer; its columns are read as they are asked for. Throws a RequestError where it is none. */
export function openFile(store: Store, bucket: string, file: Listed): Promise<Parquet> {
  const slice = async (start: number, end = file.bytes): Promise<ArrayBuffer> => {
    const bytes = await bytesOf(await store.read(bucket, file, start, end));
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  };
  return openParquet({ byteLength: file.bytes, slice }, codecsOf(zlib), MOST_KEPT);
}

/** The rows of a file in ranges of whole row groups, or parts of large ones, of about so many bytes of the file each. */
export function rowRanges(parquet: Parquet, fileBytes: number, rangeBytes: number): RowRange[] {
  const rows = Number(parquet.metadata.num_rows);
  const most = Math.max(1, Math.ceil(rows / Math.max(1, Math.ceil(fileBytes / rangeBytes))));
  const ranges: RowRange[] = [];
  for (const { start, rows } of rangesOf(parquet, MOST_ROWS)) {
    const last = ranges.at(-1);
    if (last && last.rows + rows <= most) last.rows += rows;
    else ranges.push({ start, rows });
  }
  return ranges;
}

/** The rows of a range in the pieces in which they are computed: fewer together of a wide model. */
export function* piecesOf(schema: Schema, parquet: Parquet, { start, rows }: RowRange): Generator<RowRange> {
  const most = rowsTogether(schema, Math.floor(MOST_DOUBLES / outputWidth(schema, defaultParameters(schema))));
  for (const range of rangesOf(parquet, MOST_ROWS)) {
    if (range.start < start || range.start >= start + rows) continue;
    const end = range.start + range.rows;
    for (let at = range.start; at < end; at += most) yield { start: at, rows: Math.min(most, end - at) };
  }
}
