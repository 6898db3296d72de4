import { type AsyncBuffer, type ColumnChunk, type FileMetaData, parquetMetadata, type RowGroup } from 'hyparquet';
import type { Compressors, DecodedArray, SchemaElement } from 'hyparquet/src/types.js';
import { MAX_PROBLEMS, RequestError } from '../errors.ts';
import { missing } from '../schema/complaints.ts';
import type { Schema } from '../schema/features.ts';
import { pointer } from '../schema/pointer.ts';
import { columnPlaces, isFeature } from '../wire/cells.ts';
import { type CellOf, cellReader } from './parquet-cells.ts';
import { type Chunks, chunksOf, type Elements, elementsOf, type OpenColumn, openColumn } from './parquet-column.ts';
import { firstAbove } from './parquet-pages.ts';
import { checkStruct } from './parquet-thrift.ts';

/**
 * A Parquet file that can be read: its bytes by ranges, and what its footer says. `compressors`: what inflates pages, beside Snappy; `ends`: the
 * row behind each row group; `memory`: bytes that may be kept of a row group for its next rows. A file may have as many columns or row groups as
 * it has room for: none is looked for among all.
 */
export type Parquet = {
  file: AsyncBuffer;
  metadata: FileMetaData;
  compressors: Compressors;
  elements: Elements;
  ends: Float64Array;
  memory: number;
  open?: Opened;
};

/** The columns of the row group that was read last, by their names: more are not kept. */
type Opened = { group: number; chunks: Chunks; columns: Map<string, Promise<OpenColumn>> };

/** Rows of a Parquet file, all in one of its row groups: the first, from 0, and how many. */
export type RowRange = { start: number; rows: number };

/** Rows that were read, and not yet checked: for each feature its column's values and how one becomes a cell; undefined for one that the file has not. */
export type ParquetRows = { rows: number; columns: ({ values: DecodedArray; cell: CellOf } | undefined)[]; names: string[] };

/**
 * Most bytes of a footer, and of one row group's columns that a model takes, inflated; most rows of a row group; most names that are looked at
 * where one is missing; most values of rows that are read together.
 */
const MOST = { footer: 2 ** 26, group: 2 ** 31, rows: 2 ** 31, strangers: 1_000, values: 2 ** 22 };
/** Columns that are read at once: what is inflated of all of them is in memory, and where they come from S3 each waits. */
const TOGETHER = 32;
const MAGIC = 'PAR1';
/** Magic at the start; the footer's length and magic at the end. */
const LEAST_BYTES = 12;

/**
 * Opens a Parquet file by its footer. `compressors` inflate what is not Snappy: each gets the bytes and how many come out. Throws a
 * RequestError: 400 where it is none or is damaged, 413 for a footer of more than 64 MB.
 */
export async function openParquet(given: AsyncBuffer, compressors: Compressors = {}, memory = Number.POSITIVE_INFINITY): Promise<Parquet> {
  const file = { byteLength: given.byteLength, slice: (start: number, end?: number) => noted(() => given.slice(start, end)) };
  const notOne = (found: string) => new RequestError(400, `found ${found}, expected a Parquet file`);
  if (file.byteLength < LEAST_BYTES) throw notOne(`${file.byteLength} bytes`);
  const [start, end] = [await file.slice(0, MAGIC.length), await file.slice(file.byteLength - 8, file.byteLength)];
  const magicOf = (bytes: ArrayBuffer, at: number) => new TextDecoder('latin1').decode(new Uint8Array(bytes, at, MAGIC.length));
  if (magicOf(start, 0) !== MAGIC) throw notOne('no PAR1 at its start');
  if (magicOf(end, 4) !== MAGIC) throw notOne('no PAR1 at its end: it was cut off, or is still being written,');
  const footer = new DataView(end).getUint32(0, true);
  if (footer > MOST.footer) throw new RequestError(413, `found a Parquet footer of ${footer} bytes, expected at most ${MOST.footer}`);
  if (footer > file.byteLength - LEAST_BYTES) throw damaged(`a footer of ${footer} bytes in a file of ${file.byteLength}`);
  const bytes = await file.slice(file.byteLength - 8 - footer, file.byteLength);
  const metadata = await told(() => {
    checkStruct(new DataView(bytes, 0, footer), 0);
    return parquetMetadata(bytes, { geoparquet: false });
  });
  checkMetadata(metadata, file.byteLength);
  const elements = await told(() => elementsOf(metadata));
  return { file, metadata, compressors, elements, ends: endsOf(metadata), memory };
}

function endsOf({ row_groups }: FileMetaData): Float64Array {
  let end = 0;
  return Float64Array.from(row_groups, ({ num_rows }) => {
    end += Number(num_rows);
    return end;
  });
}

/** Throws a 400 where a footer does not fit its file, so that no later step has to ask. */
function checkMetadata({ schema, row_groups, num_rows }: FileMetaData, bytes: number): void {
  const isCount = (value: unknown, most: number) => typeof value === 'bigint' && value >= 0n && value <= most;
  const isColumn = ({ meta_data }: FileMetaData['row_groups'][number]['columns'][number]) =>
    Array.isArray(meta_data?.path_in_schema) &&
    isCount(meta_data.data_page_offset, bytes) &&
    isCount(meta_data.total_compressed_size, bytes) &&
    isCount(meta_data.total_uncompressed_size, Number.MAX_SAFE_INTEGER) &&
    (meta_data.dictionary_page_offset === undefined || isCount(meta_data.dictionary_page_offset, bytes));
  const isFine =
    schema.length > 0 &&
    schema.every(({ name }) => typeof name === 'string') &&
    isCount(num_rows, Number.MAX_SAFE_INTEGER) &&
    row_groups.every((group) => isCount(group.num_rows, MOST.rows) && group.columns.every(isColumn)) &&
    row_groups.reduce((sum, group) => sum + group.num_rows, 0n) === num_rows;
  if (!isFine) throw damaged('its footer does not fit it');
}

/** The rows of a file in ranges of at most `most` rows, each within a row group. */
export function* rangesOf({ metadata }: Parquet, most: number): Generator<RowRange> {
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    for (; start < end; start += most) yield { start, rows: Math.min(most, end - start) };
    start = end;
  }
}

/** How many rows of a model may be read together: at most `most`, and fewer of many features. */
export function rowsTogether({ features }: Schema, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(MOST.values / Math.max(1, features.length))));
}

/** How many rows a file has. */
export function rowsOf({ metadata }: Parquet): number {
  return Number(metadata.num_rows);
}

/** Throws a RequestError that lists the model's columns which a file has not, as a 422, or one that it has twice. */
export function checkColumns(schema: Schema, { metadata }: Parquet): void {
  const names = flatColumns(metadata).map(({ name }) => name);
  const strangers = names.filter((name) => !isFeature(schema, name));
  const problems = columnPlaces(schema, names, '').flatMap((place, column) => {
    if (place !== undefined) return [];
    const path = `/${pointer(schema.features[column]?.name ?? '')}`;
    return [{ path, message: missing(schema, column, strangers.slice(0, MOST.strangers), strangers.length <= MOST.strangers) }];
  });
  if (problems.length === 0) return;
  const detail = `the file lacks ${problems.length === 1 ? 'a column' : `${problems.length} columns`} of the model`;
  throw new RequestError(422, detail, problems.slice(0, MAX_PROBLEMS));
}

/**
 * The columns that a model takes, for a range of rows. A column that is missing has no values (checkColumns says so before). Throws a RequestError: 400 for a damaged file, 415 for a compression that is not read, 422 for a column given twice.
 */
export async function readParquet(schema: Schema, parquet: Parquet, { start, rows }: RowRange): Promise<ParquetRows> {
  const { metadata } = parquet;
  const elements = flatColumns(metadata);
  const names = elements.map(({ name }) => name);
  const places = columnPlaces(schema, names, '');
  const isTaken = new Set(places.filter((place) => place !== undefined).map((place) => names[place] as string));
  const taken = [...isTaken];
  const group = firstAbove(parquet.ends, start);
  const all = metadata.row_groups[group]?.columns ?? [];
  checkChunks(
    parquet,
    all.filter(({ meta_data }) => isTaken.has(meta_data?.path_in_schema[0] ?? '')),
  );
  const first = start - (parquet.ends[group - 1] ?? 0);
  const values = new Map<string, DecodedArray>();
  const read = async (name: string) => {
    const column = await columnOf(parquet, group, name, parquet.memory / taken.length);
    values.set(name, await column.read(first, rows));
  };
  for (let at = 0; at < taken.length; at += TOGETHER) {
    await told(() => Promise.all(taken.slice(at, at + TOGETHER).map(read)));
  }
  const columns = schema.features.map((feature, at) => {
    const place = places[at];
    if (place === undefined) return undefined;
    const element = elements[place] as SchemaElement;
    return { values: values.get(element.name) as DecodedArray, cell: cellReader(feature, element) };
  });
  return { rows, columns, names };
}

/** Reads all values of columns that have one a row, one column after the other. Throws as readParquet. */
export function columnsReader(parquet: Parquet): (name: string) => Promise<unknown[]> {
  const groups = parquet.metadata.row_groups.map((group) => ({ group, chunks: chunksOf(group) }));
  return async (name) => {
    const all: unknown[] = [];
    for (const { group, chunks } of groups) {
      const chunk = chunks.get(name);
      checkChunks(parquet, chunk ? [chunk] : []);
      const values = await told(async () => (await openColumn(parquet, group, chunk, name)).read(0, Number(group.num_rows)));
      for (const value of values) all.push(value);
    }
    return all;
  };
}

/** The columns of a file: what lies in a nested one is none. */
export function topLevel({ schema }: FileMetaData): { element: SchemaElement; isNested: boolean }[] {
  const columns: { element: SchemaElement; isNested: boolean }[] = [];
  for (let at = 1, end = at; at < schema.length; at = end) {
    end = endOf(schema, at);
    columns.push({ element: schema[at] as SchemaElement, isNested: end > at + 1 });
  }
  return columns;
}

/** The columns that have one value a row. A nested one can be no feature, and counts as missing. */
function flatColumns(metadata: FileMetaData): SchemaElement[] {
  return topLevel(metadata).flatMap(({ element, isNested }) =>
    isNested || element.type === undefined || element.repetition_type === 'REPEATED' ? [] : [element],
  );
}

/** Behind the element at a place and all that lie in it. */
function endOf(schema: SchemaElement[], at: number): number {
  let end = at + 1;
  for (let left = schema[at]?.num_children ?? 0; left > 0 && end < schema.length; end += 1) left += (schema[end]?.num_children ?? 0) - 1;
  return end;
}

/** A column of a row group, which is opened once for all ranges of that group. */
function columnOf(parquet: Parquet, group: number, name: string, memory: number): Promise<OpenColumn> {
  const of = parquet.metadata.row_groups[group] as RowGroup;
  if (parquet.open?.group !== group) parquet.open = { group, chunks: chunksOf(of), columns: new Map() };
  const { chunks, columns } = parquet.open;
  const column = columns.get(name) ?? openColumn(parquet, of, chunks.get(name), name, memory);
  columns.set(name, column);
  return column;
}

/** Refuses columns of a row group that would take more memory than there is, and a compression that is not read, before anything of them is. */
function checkChunks({ compressors }: Parquet, chunks: ColumnChunk[]): void {
  const bytes = chunks.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
  if (bytes > MOST.group) throw new RequestError(413, `found a row group of ${bytes} bytes, expected at most ${MOST.group}`);
  for (const { meta_data } of chunks) {
    const codec = meta_data?.codec ?? 'UNCOMPRESSED';
    if (codec === 'UNCOMPRESSED' || codec === 'SNAPPY' || compressors[codec]) continue;
    const known = ['SNAPPY', ...Object.keys(compressors)].join(', ');
    throw new RequestError(415, `found a Parquet file that is compressed by ${codec}, expected ${known} or no compression`);
  }
}

/** Errors of reading the bytes, which are not about what they are. */
const OF_READING = new WeakSet<object>();

async function noted<Result>(read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    OF_READING.add(error as object);
    throw error;
  }
}

/** What hyparquet throws is about the file's bytes, unless it is an error of reading them. */
async function told<Result>(read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (OF_READING.has(error as object)) throw error;
    throw damaged((error as Error).message);
  }
}

function damaged(why: string): RequestError {
  return new RequestError(400, `the Parquet file is damaged, or has what is not read: ${why}`);
}
