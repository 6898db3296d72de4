import { RequestError } from '../errors.ts';
import { type Schema, takesMissing } from '../schema/features.ts';
import type { Cells } from '../schema/rows.ts';
import { inOrder } from './cells.ts';
import { isNpy, NPY } from './form.ts';

/*
 * NumPy's file format (numpy.lib.format), as SageMaker's NumpySerializer sends it: the magic, a version, the length of the
 * header, the header (a literal of a Python dict in ASCII or UTF-8, ended by a new line), and the array's bytes.
 */

/** Most bytes of a header that is read; that of an array without named fields has about a hundred. */
const MAX_HEADER = 4_096;
const ASCII = new TextDecoder('latin1');

type Kind = { bytes: number; read(view: DataView, at: number, little: boolean): number | boolean };
/** How one value of a type is read, by its letter and size. */
const KINDS: Record<string, Kind> = {
  b1: { bytes: 1, read: (view, at) => view.getUint8(at) !== 0 },
  i1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  u1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  i2: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  u2: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  i4: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  u4: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  i8: { bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  u8: { bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  f4: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

/**
 * The cells of an array of shape [rows, features], in C or Fortran order. An array of one dimension is one row, or, for a model of
 * one feature, a value a row. NaN is a missing value. Throws a 400 for what is no such array.
 */
export function npyCells(schema: Schema, { kind, little, isFortran, shape, data }: Header): Cells {
  const width = schema.features.length;
  const flat = width === 1 ? [shape[0] ?? 1, 1] : [1, shape[0] ?? 1];
  const [rows, columns] = (shape.length < 2 ? flat : shape) as [number, number];
  if (shape.length > 2) throw refusal(`an array of ${shape.length} dimensions`, '[rows, features]');
  if (rows * columns * kind.bytes !== data.byteLength)
    throw refusal(`${data.byteLength} bytes behind the header`, `${rows * columns * kind.bytes}, as the shape says`);
  if (columns !== width) throw new RequestError(422, `the array has ${columns} columns; expected ${inOrder(schema)}`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return {
    rows,
    text: false,
    columnar: false,
    cell: (row, column) => {
      const place = isFortran ? column * rows + row : row * columns + column;
      const value = kind.read(view, place * kind.bytes, little);
      return Number.isNaN(value) ? null : value;
    },
    path: (row, column) => `/${row}/${column}`,
  };
}

/** An array's header: how its values are read, in which order they lie, and their bytes behind it. `descr` is the type's letter and size. */
export type Header = { kind: Kind; descr: string; little: boolean; isFortran: boolean; shape: number[]; data: Uint8Array };

/**
 * The rows of an array of float64 or float32 as most are sent (little-endian, in C order, [rows, features]), where all features are
 * numbers: without a look at each cell, and without a copy where the memory allows it. Undefined for any other, good or bad, whose cells npyCells gives.
 */
export function npyRows(schema: Schema, header: Header): { rows: Float64Array; count: number } | undefined {
  const { descr, little, isFortran, shape, data, kind } = header;
  const [count = 0, width = 0] = shape;
  if (!little || isFortran || shape.length !== 2 || count === 0 || width !== schema.features.length) return undefined;
  if (count * width * kind.bytes !== data.byteLength || schema.features.some(({ type }) => type !== 'number')) return undefined;
  if (descr !== 'f8' && descr !== 'f4') return undefined;
  const { buffer, byteOffset } = data.byteOffset % kind.bytes === 0 ? data : new Uint8Array(data);
  const length = count * width;
  const rows =
    descr === 'f8' ? new Float64Array(buffer, byteOffset, length) : Float64Array.from(new Float32Array(buffer, byteOffset, length));
  let odd = 0;
  // The difference is 0 for every finite number and for no other.
  while (odd < length && rows[odd]! - rows[odd]! === 0) odd += 1;
  return odd === length ? { rows, count } : withMissing(schema, rows, odd, count);
}

/** The same rows with one kind of NaN for all missing values, from a place on; undefined where a number is not finite or may not be missing. */
function withMissing(schema: Schema, given: Float64Array, from: number, count: number): { rows: Float64Array; count: number } | undefined {
  const optional = schema.features.map((feature) => takesMissing(schema, feature));
  const rows = given.slice();
  for (let place = from; place < rows.length; place += 1) {
    const value = rows[place]!;
    if (Number.isFinite(value)) continue;
    if (!Number.isNaN(value) || !optional[place % optional.length]) return undefined;
    rows[place] = Number.NaN;
  }
  return { rows, count };
}

/** Reads an array's header. Throws a 400 for what is none, or of other values than numbers. */
export function npyHeader(body: Uint8Array): Header {
  const major = body[NPY.length]!;
  if (!isNpy(body) || body.length < 12) throw refusal('other bytes', 'what numpy.save() writes');
  if (major < 1 || major > 3) throw refusal(`version ${major}`, 'version 1, 2 or 3');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER || start + length > body.length) throw refusal(`a header of ${length} bytes`, `at most ${MAX_HEADER}, all there`);
  const text = ASCII.decode(body.subarray(start, start + length));
  const descr = /'descr': *'([<>=|]?)([a-zA-Z]\d{0,4})'/.exec(text);
  const order = /'fortran_order': *(True|False)/.exec(text);
  const shape = /'shape': *\(([\d, ]{0,200})\)/.exec(text);
  if (!order || !shape) throw refusal('another header', "one with 'descr', 'fortran_order' and 'shape'");
  const kind = descr && Object.hasOwn(KINDS, descr[2] as string) ? KINDS[descr[2] as string] : undefined;
  if (!descr || !kind) throw refusal('another type of values', `one of ${Object.keys(KINDS).join(', ')}; send texts as JSON or CSV`);
  const sides = (shape[1] as string).split(',').map((side) => side.trim());
  const numbers = sides.filter((side) => side !== '').map(Number);
  if (!numbers.every(Number.isSafeInteger)) throw refusal('another shape', 'whole numbers');
  const isFortran = order[1] === 'True';
  return { kind, descr: descr[2] as string, little: descr[1] !== '>', isFortran, shape: numbers, data: body.subarray(start + length) };
}

function refusal(found: string, expected: string): RequestError {
  return new RequestError(400, `the array (application/x-npy): found ${found}, expected ${expected}`);
}
