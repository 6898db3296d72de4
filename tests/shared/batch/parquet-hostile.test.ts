import { describe, expect, test } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type Decoder, decodePage } from '../../../shared/batch/parquet-decode.ts';
import { checkDeltas, checkPrefixes } from '../../../shared/batch/parquet-deltas.ts';
import { openParquet, rangesOf, readParquet } from '../../../shared/batch/parquet-input.ts';
import { checkStruct } from '../../../shared/batch/parquet-thrift.ts';
import type { Schema } from '../../../shared/schema/features.ts';

const SCHEMA: Schema = { kind: 'regression', features: [{ name: 'x', type: 'number' }], takesMissing: true };
const PLAIN = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'x', data: [1.5, 2.5], type: 'DOUBLE' }] }));

/** Of thrift's compact protocol: the head of a field that no Parquet file has, of a type. */
const field = (type: number) => [type, 0xc8, 0x01];
const [I64, BINARY, LIST, STRUCT] = [6, 8, 9, 12];
/** A number in seven bits a byte. */
const varint = (number: number): number[] => (number < 128 ? [number] : [(number % 128) + 128, ...varint(Math.floor(number / 128))]);

/** The file of two rows with more in its footer. */
function withField(extra: number[]) {
  const view = new DataView(PLAIN.buffer);
  const end = PLAIN.length - 8;
  const bytes = Buffer.concat([PLAIN.subarray(0, end - 1), Uint8Array.from([...extra, 0]), PLAIN.subarray(end)]);
  bytes.writeUInt32LE(view.getUint32(end, true) + extra.length, bytes.length - 8);
  const slice = (start: number, to = bytes.length) => new Uint8Array(bytes.subarray(start, to)).buffer;
  return { byteLength: bytes.length, slice };
}

describe('a footer', () => {
  test('may have what is not known, and its rows are read', async () => {
    const parquet = await openParquet(withField([...field(LIST), 0x26, 0x02, 0x04, ...field(STRUCT), 0x11, 0x00]));
    for (const range of rangesOf(parquet, 10)) {
      const [column] = (await readParquet(SCHEMA, parquet, range)).columns;
      expect([0, 1].map((row) => column?.cell(column.values[row]))).toEqual([1.5, 2.5]);
    }
  });

  test.each<[string, number[], RegExp]>([
    [
      'a number that does not end, to read which takes a time quadratic in it',
      [...field(I64), ...Array(50_000).fill(0x80), 0],
      /whose bytes do not end/,
    ],
    ['a list that it has no bytes for', [...field(LIST), 0xf3, ...varint(33_000_000)], /a list of 33000000 in \d bytes/],
    ['lists in lists', [...field(LIST), ...Array(100).fill(0x19), 0x13, 0], /too deep/],
    ['structs in structs', [...Array(100).fill(0x1c), ...Array(100).fill(0)], /too deep/],
    ['thousands of fields', Array(1_000).fill(0x11), /more than 256 fields/],
    ['thousands of empty texts', [...field(LIST), 0xf8, ...varint(9_000), ...Array(9_000).fill(0)], /more than \d+ parts/],
    ['a text beyond its end', [...field(BINARY), ...varint(2 ** 32 + 5)], /bytes where \d+ are left/],
    ['a map', field(11), /thrift's type 11/],
  ])('with %s is refused before anything is made of it', async (_, extra, message) => {
    await expect(openParquet(withField(extra))).rejects.toThrow(message);
  });

  test('longer than its file is refused', async () => {
    const bytes = PLAIN.slice();
    new DataView(bytes.buffer).setUint32(bytes.length - 8, bytes.length - 11, true);
    const slice = (start: number, to = bytes.length) => bytes.slice(start, to).buffer;
    await expect(openParquet({ byteLength: bytes.length, slice })).rejects.toThrow(/a footer of \d+ bytes in a file of \d+/);
  });

  test('as writers make it has far fewer parts than may be', () => {
    const view = new DataView(PLAIN.buffer);
    const footer = view.getUint32(PLAIN.length - 8, true);
    const parts = checkStruct(new DataView(PLAIN.buffer, PLAIN.length - 8 - footer, footer), 0);
    expect(parts).toBeGreaterThan(10);
    expect(parts).toBeLessThan(footer / 3);
  });
});

describe('a page of differences', () => {
  /** Three values: 5, and two that differ by 0 from the one before. */
  const same = (minimum: number[], first = [10]) => Uint8Array.from([...varint(128), 4, 3, ...first, ...minimum, 0, 0, 0, 0]);

  test('ends where its values do', () => {
    expect(checkDeltas(Uint8Array.from([...same([0]), 1, 2, 3]), 3)).toBe(10);
    expect(checkDeltas(Uint8Array.from([...varint(128), 4, 3, 10, 0, 8, 0, 0, 0, ...Array(32).fill(1), 9]), 3)).toBe(42);
  });

  test('whose numbers have more than 64 bits is refused: each is added to every value', () => {
    expect(() => checkDeltas(same([...Array(10).fill(0x80), 0]), 3)).toThrow('whose bytes do not end');
    expect(() => checkDeltas(same([0], [...Array(10).fill(0x80), 0]), 3)).toThrow('whose bytes do not end');
    expect(() => checkDeltas(Uint8Array.from([...varint(128), 4, 3, 10, 0, 65, 0, 0, 0]), 3)).toThrow('differences of 65 bits');
  });

  test('without a value is looked at too, since what stands before its values is read', () => {
    expect(() => checkDeltas(same([0], [...Array(10).fill(0x80), 0]), 0)).toThrow('whose bytes do not end');
    expect(() => checkPrefixes(same([0], [...Array(10).fill(0x80), 0]), 0, 9)).toThrow('whose bytes do not end');
    expect(() => checkDeltas(Uint8Array.of(0, 0, 0, 0), 0)).not.toThrow();
    expect(() => checkPrefixes(Uint8Array.of(0, 0, 0, 0), 0, 9)).not.toThrow();
  });

  test('of a column that has each value has no levels: they would be read as its values, without end', () => {
    const sized = (size: number) => [0x15, ...varint(2 * size)];
    const page = (levels: number) => [
      ...[
        ...sized(3),
        ...sized(5),
        ...sized(5),
        0x5c,
        ...sized(3),
        ...sized(levels > 0 ? 3 : 0),
        ...sized(3),
        ...sized(5),
        ...sized(levels),
      ],
      ...[...sized(0), 0x12, 0, 0, ...varint(128), 4, 3, 10],
    ];
    const element = { name: 'x', type: 'INT32' as const, repetition_type: 'REQUIRED' as const };
    const place = { children: [], count: 0, element, path: ['x'] };
    const decoder = { most: 100, codec: 'UNCOMPRESSED', type: 'INT32', element, schemaPath: [place, place] } as unknown as Decoder;
    expect(() => decodePage(Uint8Array.from(page(5)), decoder, undefined)).toThrow('levels do not fit');
    expect(() => decodePage(Uint8Array.from(page(0)), decoder, undefined)).toThrow('whose bytes do not end');
  });

  test('with blocks that no writer makes is refused', () => {
    for (const [block, parts] of [
      [128, 0],
      [0, 4],
      [64, 4],
      [2 ** 31, 2 ** 31],
      // What 32 bits take for a negative number, or for another one.
      [2 ** 32 - 32, 1],
      [2 ** 32 + 128, 4],
    ] as const)
      expect(() => checkDeltas(Uint8Array.from([...varint(block), ...varint(parts), 3, 10, 0, 0, 0, 0, 0]), 3)).toThrow(
        `blocks of ${block} differences`,
      );
    expect(() => checkDeltas(Uint8Array.from([...varint(128), 4, 3, 10, 0]), 3)).toThrow('cut off');
  });

  test('whose texts repeat more than there was, or come to more than a page may have, is refused', () => {
    // Lengths of what is repeated: 0, 5, 10; of the rest: 5, 5, 5.
    const repeated = (first: number, step: number) => [...varint(128), 4, 3, ...varint(2 * first), 2 * step, 0, 0, 0, 0];
    const page = (first: number, step: number) => Uint8Array.from([...repeated(first, step), ...same([0])]);
    expect(() => checkPrefixes(page(0, 5), 3, 30)).not.toThrow();
    expect(() => checkPrefixes(page(0, 5), 3, 29)).toThrow('texts of more than 29 bytes');
    expect(() => checkPrefixes(page(0, 6), 3, 100)).toThrow('a text that repeats 6 bytes of 5');
    expect(() => checkPrefixes(page(2 ** 30, 0), 3, 100)).toThrow('a text that repeats 1073741824 bytes of 0');
  });
});
