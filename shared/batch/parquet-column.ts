import type { AsyncBuffer, ColumnChunk, ColumnMetaData, FileMetaData, RowGroup } from 'hyparquet';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getSchemaPath } from 'hyparquet/src/schema.js';
import type { Compressors, DecodedArray, ParquetParsers, SchemaTree } from 'hyparquet/src/types.js';
import { readAs } from './parquet-cells.ts';
import { type Decoder, decodeDictionary, decodePage } from './parquet-decode.ts';
import { firstAbove, type Page, pagesOf } from './parquet-pages.ts';

/** A flat column of a row group. `read` gives the values of some of the group's rows: undefined or null where there is none; `held`: how many it keeps for the next rows. */
export type OpenColumn = { read(from: number, rows: number): Promise<DecodedArray>; held(): number };

/** A column of fewer bytes is read at once. */
const READ_WHOLE = 2 ** 20;

/** A byte-order mark is a part of a text in a column: a level may begin with it. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The times of a file as seconds and its days as days since 1970, which is what a model takes; hyparquet's Dates have milliseconds only.
 * A nanosecond does not fit a double of this century, a microsecond does.
 */
const PARSERS: ParquetParsers = {
  ...DEFAULT_PARSERS,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && UTF8.decode(bytes),
  ...({
    timestampFromMilliseconds: (value: bigint | undefined) => value && Number(value) / 1e3,
    timestampFromMicroseconds: (value: bigint | undefined) => value && Number(value) / 1e6,
    timestampFromNanoseconds: (value: bigint | undefined) =>
      value && (value % 1000n === 0n ? Number(value / 1000n) / 1e6 : Number(value) / 1e9),
    dateFromDays: (value: number | undefined) => value,
  } satisfies Partial<Record<keyof ParquetParsers, (value: never) => unknown>> as Partial<ParquetParsers>),
};

/** The flat columns of a file's schema, by their names: each with the root before it. */
export type Elements = ReadonlyMap<string, SchemaTree[]>;
/** The flat columns of a row group, by their names. */
export type Chunks = ReadonlyMap<string, ColumnChunk>;
/** What a column is read from. */
type From = { file: AsyncBuffer; elements: Elements; compressors: Compressors };

/** Made once for a file. Throws an Error where its schema is none. */
export function elementsOf({ schema }: FileMetaData): Elements {
  const [root] = getSchemaPath(schema.map(readAs), []) as [SchemaTree];
  const flat = root.children.filter(({ children }) => children.length === 0);
  // Of several with one name the first is found.
  return new Map(flat.toReversed().map((child) => [child.element.name, [root, child]]));
}

/** Made once for a row group. */
export function chunksOf({ columns }: RowGroup): Chunks {
  const flat = columns.filter(({ meta_data }) => meta_data?.path_in_schema.length === 1);
  return new Map(flat.toReversed().map((chunk) => [chunk.meta_data?.path_in_schema[0] as string, chunk]));
}

/** Opens a flat column by its name. Throws an Error where the row group has none (`chunk`), or one that does not fit it. */
export async function openColumn(
  { file, elements, compressors }: From,
  group: RowGroup,
  chunk: ColumnChunk | undefined,
  name: string,
): Promise<OpenColumn> {
  const column = chunk?.meta_data;
  const path = elements.get(name);
  if (!column || !path || chunk.file_path) throw new Error('a row group lacks a column, or has it in another file');
  let source = await sourceOf(file, column);
  const { dictionary, data } = await pagesOf(source, column, Number(group.num_rows));
  const decoder = decoderOf(path, column, compressors);
  const ends = Float64Array.from(data, (page) => page.row + page.rows);
  const bytesOf = async (first: Page, last: Page) => new Uint8Array(await source.slice(first.at, last.at + last.size));
  const places = dictionary && decodeDictionary(await bytesOf(dictionary, dictionary), decoder);
  // Two ranges may share a page.
  let kept: { page: Page; values: DecodedArray } | undefined;
  return {
    read: async (from, rows) => {
      const pages: Page[] = [];
      for (let at = firstAbove(ends, from); at < data.length && data[at]!.row < from + rows; at += 1) pages.push(data[at]!);
      const parts = kept && kept.page === pages[0] ? [kept] : [];
      const fresh = pages.slice(parts.length);
      const [first, last] = [fresh[0], fresh.at(-1)];
      if (first && last) {
        const bytes = await bytesOf(first, last);
        for (const page of fresh) {
          const at = page.at - first.at;
          parts.push({ page, values: decodePage(bytes.subarray(at, at + page.size), decoder, places) });
        }
      }
      kept = parts.at(-1);
      const values = joined(parts, from, rows);
      // Of thousands of columns the bytes would take as much again as their values.
      if (kept?.page === data.at(-1)) source = file;
      if (kept && kept.page.row + kept.page.rows <= from + rows) kept = undefined;
      return values;
    },
    held: () => kept?.values.length ?? 0,
  };
}

/** The file, or, of a small column, its bytes alone, which are read once. */
async function sourceOf(file: AsyncBuffer, column: ColumnMetaData): Promise<AsyncBuffer> {
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  const size = Number(column.total_compressed_size);
  if (size >= READ_WHOLE) return file;
  const bytes = await file.slice(start, Math.min(start + size, file.byteLength));
  return { byteLength: start + bytes.byteLength, slice: (from, to = start + bytes.byteLength) => bytes.slice(from - start, to - start) };
}

function decoderOf(path: SchemaTree[], column: ColumnMetaData, compressors: Compressors): Decoder {
  const element = path.at(-1)?.element;
  if (element?.type === undefined) throw new Error('a column without a type');
  // fastparquet's has_nulls = 'infer' writes this so that it is lost; a guess would take values for what says which rows have one.
  if (element.repetition_type === undefined) throw new Error('a column that does not say whether each row has a value');
  const { codec, path_in_schema: pathInSchema, total_uncompressed_size } = column;
  const most = Number(total_uncompressed_size);
  return { ...{ pathInSchema, type: element.type, element, schemaPath: path, codec, compressors, most }, parsers: PARSERS, utf8: false };
}

/** The values of a range, of the pages in which it stands. */
function joined(parts: { page: Page; values: DecodedArray }[], from: number, rows: number): DecodedArray {
  const [only] = parts;
  if (only && parts.length === 1 && only.page.row === from && only.page.rows === rows && only.values.length === rows) return only.values;
  const all: unknown[] = new Array(rows);
  let filled = 0;
  for (const { page, values } of parts) {
    const [start, end] = [Math.max(from, page.row), Math.min(from + rows, page.row + values.length)];
    for (let row = start; row < end; row += 1) all[row - from] = values[row - page.row];
    filled += Math.max(0, end - start);
  }
  if (filled !== rows) throw new Error(`a column has ${filled} values for ${rows} rows`);
  return all;
}
