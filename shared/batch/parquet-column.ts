import type { AsyncBuffer, ColumnChunk, ColumnMetaData, FileMetaData, RowGroup } from 'hyparquet';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getSchemaPath } from 'hyparquet/src/schema.js';
import type { Compressors, DecodedArray, ParquetParsers, SchemaTree } from 'hyparquet/src/types.js';
import { readAs } from './parquet-cells.ts';
import { type Decoder, decodeDictionary, decodePage } from './parquet-decode.ts';
import { firstAbove, type Page, pagesOf } from './parquet-pages.ts';

/** A flat column of a row group. `read` gives the values of some of the group's rows: undefined or null where there is none. */
export type OpenColumn = { read(from: number, rows: number): Promise<DecodedArray> };
/** Values of a column, from a row of the group on. */
type Part = { row: number; values: DecodedArray };

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

/**
 * Opens a flat column by its name. `memory`: bytes that may be kept of it for later rows, half of them as values, the rest as its own bytes
 * and its dictionary; what there is no room for is read and decoded again. Throws an Error where the row group has no such column
 * (`chunk`), or one that does not fit it.
 */
export async function openColumn(
  { file, elements, compressors }: From,
  group: RowGroup,
  chunk: ColumnChunk | undefined,
  name: string,
  memory = Number.POSITIVE_INFINITY,
): Promise<OpenColumn> {
  const column = chunk?.meta_data;
  const path = elements.get(name);
  if (!column || !path || chunk.file_path) throw new Error('a row group lacks a column, or has it in another file');
  let source = await sourceOf(file, column, memory / 4);
  const { dictionary, data } = await pagesOf(source, column, Number(group.num_rows));
  const decoder = decoderOf(path, column, compressors);
  const ends = Float64Array.from(data, (page) => page.row + page.rows);
  const bytesOf = async (first: Page, last: Page) => new Uint8Array(await source.slice(first.at, last.at + last.size));
  let places: DecodedArray | undefined;
  const placesOf = async (page: Page) => {
    const all = places ?? decodeDictionary(await bytesOf(page, page), decoder);
    if (8 * all.length <= memory / 4) places = all;
    return all;
  };
  const decoded = async (pages: Page[]): Promise<Part[]> => {
    const [first, last] = [pages[0], pages.at(-1)];
    if (!first || !last) return [];
    const named = dictionary && (await placesOf(dictionary));
    const bytes = await bytesOf(first, last);
    return pages.map((page) => {
      const at = page.at - first.at;
      const values = decodePage(bytes.subarray(at, at + page.size), decoder, named);
      if (values.length !== page.rows) throw new Error(`a page has ${values.length} values for ${page.rows} rows`);
      return { row: page.row, values };
    });
  };
  // Two ranges may share a page.
  let kept: Part | undefined;
  return {
    read: async (from, rows) => {
      const before = kept && kept.row <= from && from < endOf(kept) ? kept : undefined;
      const parts = before ? [before] : [];
      const fresh: Page[] = [];
      let row = before ? endOf(before) : from;
      for (let at = firstAbove(ends, row); row < from + rows && at < data.length; at += 1) {
        fresh.push(data[at]!);
        row = ends[at]!;
      }
      parts.push(...(await decoded(fresh)));
      const last = parts.at(-1);
      kept = last && keptOf(last, from + rows, memory / 2);
      // Of thousands of columns the bytes would take as much again as their values.
      if (fresh.at(-1) === data.at(-1) && (kept === undefined || kept === last)) source = file;
      return joined(parts, from, rows);
    },
  };
}

function endOf({ row, values }: Part): number {
  return row + values.length;
}

/** What is kept of values for the rows from one on: all of them, or as many as there is room for, in bytes. */
function keptOf(part: Part, from: number, room: number): Part | undefined {
  if (endOf(part) <= from) return undefined;
  const most = Math.floor(room / 8);
  return part.values.length <= most ? part : { row: from, values: part.values.slice(from - part.row, from - part.row + most) };
}

/** The file, or, of a small column, its bytes alone, which are read once. */
async function sourceOf(file: AsyncBuffer, column: ColumnMetaData, room: number): Promise<AsyncBuffer> {
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  const size = Number(column.total_compressed_size);
  if (size >= READ_WHOLE || size > room) return file;
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

/** The values of a range, of the parts in which it stands: a later one may begin with rows that the one before it has. */
function joined(parts: Part[], from: number, rows: number): DecodedArray {
  const [only] = parts;
  if (only && parts.length === 1 && only.row === from && only.values.length === rows) return only.values;
  const all: unknown[] = new Array(rows);
  let next = from;
  for (const part of parts) {
    const end = Math.min(from + rows, endOf(part));
    if (part.row > next) break;
    for (; next < end; next += 1) all[next - from] = part.values[next - part.row];
  }
  if (next !== from + rows) throw new Error(`a column has ${next - from} values for ${rows} rows`);
  return all;
}
