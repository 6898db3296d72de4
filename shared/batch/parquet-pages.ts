import type { AsyncBuffer, ColumnMetaData, RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { PageLocation } from 'hyparquet/src/types.js';

/** Where the pages of a row group's columns stand, by the columns' paths, as an offset index has it. */
export type GroupPages = Record<string, PageLocation[]>;

/** Columns of fewer bytes are read whole. */
const LEAST_BYTES = 2 ** 20;
/** So many bytes are read to see the head of a page; four times as many where it is longer (texts as statistics). */
const HEAD_BYTES = 16_384;
const MOST_HEAD_BYTES = 2 ** 24;
/** Most pages of a column in a row group. */
const MOST_PAGES = 2 ** 20;

/**
 * The pages of the columns of a row group that are large, found by the pages' own heads: so that a range of its rows is read without all
 * others, which would take a time quadratic in the group's rows. The columns must be flat. Throws an Error where heads do not fit the group.
 */
export async function pagesOf(file: AsyncBuffer, { columns, num_rows }: RowGroup, taken: string[]): Promise<GroupPages> {
  const large = columns.flatMap(({ meta_data }) => {
    const isLarge = meta_data !== undefined && meta_data.total_compressed_size >= LEAST_BYTES;
    return isLarge && taken.includes(meta_data.path_in_schema.join('.')) ? [meta_data] : [];
  });
  const found = await Promise.all(
    large.map(async (column) => [column.path_in_schema.join('.'), await pagesIn(file, column, num_rows)] as const),
  );
  return Object.fromEntries(found);
}

async function pagesIn(file: AsyncBuffer, column: ColumnMetaData, groupRows: bigint): Promise<PageLocation[]> {
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  const end = Math.min(start + Number(column.total_compressed_size), file.byteLength);
  const pages: PageLocation[] = [];
  const heads = headReader(file, end);
  let rows = 0;
  for (let at = start; at < end && rows < groupRows; ) {
    const { head, bytes } = await heads(at);
    const size = bytes + head.compressed_page_size;
    const count = head.data_page_header?.num_values ?? head.data_page_header_v2?.num_rows ?? 0;
    if (!(head.compressed_page_size >= 0 && count >= 0 && at + size <= end)) throw new Error(`a page's head at byte ${at} does not fit`);
    if (head.type !== 'DICTIONARY_PAGE') pages.push({ offset: BigInt(at), compressed_page_size: size, first_row_index: BigInt(rows) });
    if (pages.length > MOST_PAGES) throw new Error(`a column has more than ${MOST_PAGES} pages in a row group`);
    rows += count;
    at += size;
  }
  if (BigInt(rows) !== groupRows) throw new Error(`a column has ${rows} values for ${groupRows} rows`);
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
        if (isHeld) return { head: parquetHeader(reader), bytes: reader.offset - (at - from) };
      } catch (error) {
        // Its end may stand behind what is held.
        if (from + held.byteLength >= end || (at === from && held.byteLength >= MOST_HEAD_BYTES)) throw error;
      }
      [from, held] = [at, await file.slice(at, Math.min(at + most, end))];
    }
  };
}
