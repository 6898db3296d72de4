import { parquetHeader } from 'hyparquet/src/column.js';
import { convert, convertWithDictionary } from 'hyparquet/src/convert.js';
import { decompressPage, readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import type { ColumnDecoder, DataPageHeader, DataPageHeaderV2, DecodedArray, PageHeader } from 'hyparquet/src/types.js';
import { checkDeltas, checkPrefixes } from './parquet-deltas.ts';
import { checkRuns } from './parquet-runs.ts';
import { viewOf } from './parquet-thrift.ts';

/** How a flat column is read; `most`: bytes that the footer says its pages have, inflated. */
export type Decoder = ColumnDecoder & { most: number };

/** Most bytes of one page, inflated: writers make none of more than 500 MB. */
const MOST_PAGE_BYTES = 2 ** 29;
/** Most values of one page: the rows of the largest row group that Arrow writes by itself. */
const MOST_PAGE_VALUES = 2 ** 26;

/** Most bits of a place in a dictionary: hyparquet reads wider ones wrongly where they are packed. */
const MOST_PLACE_BITS = 24;

/** The values of a dictionary page, which begins with its head. */
export function decodeDictionary(bytes: Uint8Array, decoder: Decoder): DecodedArray {
  const { head, body } = split(bytes);
  const page = inflated(body, head.uncompressed_page_size, decoder);
  const count = head.dictionary_page_header?.num_values ?? -1;
  if (!(count >= 0 && count <= 8 * page.length)) throw new Error(`a dictionary of ${count} values in ${page.length} bytes`);
  return convert(readPlain({ view: viewOf(page), offset: 0 }, decoder.type, count, decoder.element.type_length), decoder);
}

/**
 * The values of a data page, which begins with its head, one for each row; undefined where there is none. Nothing of more than the head
 * and the footer say is made of it, and no value that stands for another: throws an Error where they and the bytes do not fit.
 */
export function decodePage(bytes: Uint8Array, decoder: Decoder, dictionary: DecodedArray | undefined): DecodedArray {
  const { head, body } = split(bytes);
  const values = head.data_page_header?.num_values ?? head.data_page_header_v2?.num_values ?? -1;
  if (!(values >= 0 && values <= MOST_PAGE_VALUES)) throw new Error(`a page of ${values} values`);
  const { definitionLevels, dataPage, encoding } = head.data_page_header
    ? ofVersion1(body, head, head.data_page_header, decoder)
    : ofVersion2(body, head, head.data_page_header_v2, decoder);
  const named = encoding.endsWith('_DICTIONARY');
  if (named) checkPlaces(dataPage, dictionary);
  const found = named ? convertWithDictionary(dataPage, dictionary, encoding, decoder) : convert(dataPage, decoder);
  if (!definitionLevels?.length) {
    if (found.length !== values) throw new Error(`a page has ${found.length} values, its head says ${values}`);
    return found;
  }
  const all: unknown[] = new Array(values);
  let next = 0;
  for (let row = 0; row < values; row += 1) if (definitionLevels[row] === 1) all[row] = found[next++];
  if (next !== found.length) throw new Error(`a page has ${found.length} values for ${next} rows that have one`);
  return all;
}

type Levels = { definitionLevels: number[] | undefined; dataPage: DecodedArray; encoding: DataPageHeader['encoding'] };

function ofVersion1(body: Uint8Array, { uncompressed_page_size }: PageHeader, head: DataPageHeader, decoder: Decoder): Levels {
  const page = inflated(body, uncompressed_page_size, decoder);
  let [at, present] = [0, head.num_values];
  if (isOptional(decoder)) {
    at = 4 + viewOf(page).getUint32(0, true);
    const levels = page.subarray(4, at);
    checkLevels(levels, head.num_values);
    if (isDeltas(head.encoding)) present = presentIn(levels, head.num_values);
  }
  const encoded = page.subarray(at);
  checkEncoded(encoded, head.encoding, present, decoder);
  const read = readDataPage(page, head, decoder);
  return { ...read, dataPage: withFirst(read.dataPage, encoded, head.encoding), encoding: head.encoding };
}

function ofVersion2(body: Uint8Array, head: PageHeader, of: DataPageHeaderV2 | undefined, decoder: Decoder): Levels {
  if (!of) throw new Error('a page without values');
  const { definition_levels_byte_length: levels, repetition_levels_byte_length: others, num_values, num_nulls, is_compressed } = of;
  // Levels of a column that has a value in each row would be read as its values.
  const most = isOptional(decoder) ? body.length : 0;
  if (others !== 0 || !(levels >= 0 && levels <= most) || !(num_nulls >= 0 && num_nulls <= num_values))
    throw new Error('a page whose levels do not fit');
  if (isOptional(decoder)) checkLevels(body.subarray(0, levels), num_values);
  const rest = body.subarray(levels);
  const page = is_compressed === false ? rest : inflated(rest, head.uncompressed_page_size - levels, decoder);
  checkEncoded(page, of.encoding, isDeltas(of.encoding) ? num_values - num_nulls : num_values, decoder);
  const plain = new Uint8Array(levels + page.length);
  plain.set(body.subarray(0, levels));
  plain.set(page, levels);
  const known = { ...head, uncompressed_page_size: plain.length, data_page_header_v2: { ...of, is_compressed: false } };
  const read = readDataPageV2(plain, known, decoder);
  return { ...read, dataPage: withFirst(read.dataPage, page, of.encoding), encoding: of.encoding };
}

/**
 * The 32-bit integers of a page of differences. DuckDB writes the first of an unsigned column as one of 64 bits; hyparquet drops the 33rd,
 * so that all of a page that begins with 2^31 or more would lack 2^31.
 */
function withFirst(values: DecodedArray, encoded: Uint8Array, encoding: string): DecodedArray {
  if (encoding !== 'DELTA_BINARY_PACKED' || !(values instanceof Int32Array)) return values;
  let at = 0;
  // Before the first value stand three counts; each number ends with the first byte below 128.
  for (let counts = 3; counts > 0 && at < encoded.length; at += 1) if (encoded[at]! < 0x80) counts -= 1;
  const bits = encoded.subarray(at, at + 5);
  const hasMore = bits.length === 5 && bits.subarray(0, 4).every((byte) => byte >= 0x80) && (bits[4]! & 0x10) !== 0;
  return hasMore ? values.map((value) => value ^ 0x80000000) : values;
}

/** Checks what says which rows have a value: where it ends too soon, what stands behind it would be read as more of it. */
function checkLevels(bytes: Uint8Array, values: number): void {
  const found = checkRuns(bytes, 1, values);
  if (found < values) throw new Error(`a page says of ${found} rows whether they have a value, its head says ${values}`);
}

/** How many rows have a value. */
function presentIn(levels: Uint8Array, values: number): number {
  const all = new Uint8Array(values);
  readRleBitPackedHybrid({ view: viewOf(levels), offset: 0 }, 1, all, levels.length);
  let present = 0;
  for (const level of all) if (level === 1) present += 1;
  return present;
}

function isDeltas(encoding: string): boolean {
  return encoding.startsWith('DELTA_');
}

/** Checks the runs of values that are places in a dictionary, or logicals, and differences. */
function checkEncoded(bytes: Uint8Array, encoding: string, values: number, { type }: Decoder): void {
  if (encoding.endsWith('_DICTIONARY')) {
    const width = bytes[0] ?? 0;
    if (width > MOST_PLACE_BITS) throw new Error(`places of ${width} bits`);
    checkRuns(bytes.subarray(1), width, values);
  } else if (encoding === 'RLE' && type === 'BOOLEAN') checkRuns(bytes.subarray(4), 1, values);
  else if (values === 0 && bytes.length === 0) return;
  else if (encoding === 'DELTA_BYTE_ARRAY') checkPrefixes(bytes, values, MOST_PAGE_BYTES);
  else if (isDeltas(encoding)) checkDeltas(bytes, values);
}

/** Throws where a value is none of the dictionary: it would be taken for a missing one. */
function checkPlaces(places: DecodedArray, dictionary: DecodedArray | undefined): void {
  const count = dictionary?.length ?? 0;
  for (let at = 0; at < places.length; at += 1) {
    const place = places[at] as number;
    if (!(place >= 0 && place < count)) throw new Error(`a value at place ${place} of a dictionary of ${count}`);
  }
}

function isOptional({ element }: Decoder): boolean {
  return element.repetition_type !== 'REQUIRED';
}

function inflated(bytes: Uint8Array, size: number, { codec, compressors, most }: Decoder): Uint8Array {
  if (!(size >= 0 && size <= Math.min(most, MOST_PAGE_BYTES))) throw new Error(`a page of ${size} bytes in a column of ${most}`);
  return decompressPage(bytes, size, codec, compressors);
}

function split(bytes: Uint8Array): { head: PageHeader; body: Uint8Array } {
  const reader = { view: viewOf(bytes), offset: 0 };
  const head = parquetHeader(reader);
  return { head, body: bytes.subarray(reader.offset, reader.offset + head.compressed_page_size) };
}
