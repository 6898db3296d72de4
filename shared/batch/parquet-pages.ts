import type { AsyncBuffer, ColumnMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { checkStruct } from './parquet-thrift.ts';

/** A page of a column in a row group: its first byte, its bytes with its head, its first row in the group, and how many rows. */
export type Page = { at: number; size: number; row: number; rows: number };

/** The pages of a column in a row group; `dictionary`: the page of the values that others name by their places. */
export type Pages = { dictionary: Page | undefined; data: Page[] };

/** So many bytes are read to see the head of a page; four times as many where it is longer (texts as statistics). */
const HEAD_BYTES = 16_384;
const MOST_HEAD_BYTES = 2 ** 24;
/** Most pages of a column in a row group. */
const MOST_PAGES = 2 ** 20;

/**
 * Finds the pages of a flat column in a row group by their own heads. So a range of rows is read without all others, which would take a time
 * quadratic in the group's rows. Throws an Error where heads do not fit each other, the file or the group's rows.
 */
export async function pagesOf(file: AsyncBuffer, column: ColumnMetaData, groupRows: number): Promise<Pages> {
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  const end = Math.min(start + Number(column.total_compressed_size), file.byteLength);
  const pages: Pages = { dictionary: undefined, data: [] };
  const headAt = headReader(file, end);
  let row = 0;
  for (let at = start; at < end && row < groupRows; ) {
    const { head, bytes } = await headAt(at);
    const size = bytes + head.compressed_page_size;
    const rows = head.data_page_header?.num_values ?? head.data_page_header_v2?.num_rows ?? 0;
    if (!(head.compressed_page_size >= 0 && at + size <= end && rows >= 0 && row + rows <= groupRows))
      throw new Error(`the head of the page at byte ${at} does not fit`);
    if (head.type === 'DICTIONARY_PAGE') pages.dictionary = { at, size, row, rows: 0 };
    else pages.data.push({ at, size, row, rows });
    if (pages.data.length > MOST_PAGES) throw new Error(`a column has more than ${MOST_PAGES} pages in a row group`);
    row += rows;
    at += size;
  }
  if (row !== groupRows) throw new Error(`a column has ${row} values for ${groupRows} rows`);
  return pages;
}

/** Reads the heads of pages, of a part of the file that is read once for all that stand in it. */
function headReader(file: AsyncBuffer, end: number) {
  let [from, held] = [0, new ArrayBuffer(0)];
  return async (at: number) => {
    for (let most = HEAD_BYTES; ; most *= 4) {
      const isHeld = at >= from && at < from + held.byteLength;
      try {
        const reader = { view: new DataView(held), offset: at - from };
        if (isHeld) {
          checkStruct(reader.view, reader.offset);
          return { head: parquetHeader(reader), bytes: reader.offset - (at - from) };
        }
      } catch (error) {
        // Its end may stand behind what is held.
        if (from + held.byteLength >= end || (at === from && held.byteLength >= MOST_HEAD_BYTES)) throw error;
      }
      [from, held] = [at, await file.slice(at, Math.min(at + most, end))];
    }
  };
}

/** The place of the first of some numbers, which do not fall, that is above this one; their count where none is. */
export function firstAbove(numbers: Float64Array, limit: number): number {
  let [from, to] = [0, numbers.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (numbers[middle]! > limit) to = middle;
    else from = middle + 1;
  }
  return from;
}
