import { RequestError } from '../errors.ts';

/** A table of an answer's values in row-major order. */
export type Values = { shape: number[]; values: (number | string)[] };

/** The magic of NumPy's file format, version 1.0 (numpy.lib.format). */
const HEAD = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** Where the array begins is a multiple of this. */
const ALIGNMENT = 64;

/** Doubles as the bytes that numpy.load() reads, which lie in several pieces, one behind the other. Throws as npyBytes does. */
export function npyDoubles(shape: number[], pieces: readonly Float64Array[], most: number): Uint8Array {
  const count = pieces.reduce((sum, { length }) => sum + length, 0);
  const { bytes, start } = openArray('<f8', shape, 8 * count, most);
  const doubles = new Float64Array(bytes.buffer, start, count);
  let at = 0;
  for (const piece of pieces) {
    doubles.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** An array's bytes with its header written, and where its values begin. */
function openArray(descr: string, shape: number[], size: number, most: number): { bytes: Uint8Array<ArrayBuffer>; start: number } {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sides}), }`;
  const start = Math.ceil((HEAD.length + 2 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const length = start + size;
  if (length > most) throw new RequestError(413, `the answer has ${length} bytes; expected fewer rows`);
  const bytes = new Uint8Array(length);
  bytes.set(HEAD);
  new DataView(bytes.buffer).setUint16(HEAD.length, start - HEAD.length - 2, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - HEAD.length - 3)}\n`), HEAD.length + 2);
  return { bytes, start };
}

/**
 * Values as the bytes that numpy.load() reads: float64, or, for labels, text of a fixed width (`<U5`), which takes no pickle. Throws a
 * 413 where they would take more than `most` bytes.
 */
export function npyBytes({ shape, values }: Values, most: number): Uint8Array {
  const isText = typeof values[0] === 'string';
  const texts = isText ? values.map((value) => Array.from(String(value), (char) => char.codePointAt(0)!)) : [];
  const width = texts.reduce((longest, text) => Math.max(longest, text.length), 1);
  const size = isText ? 4 * width : 8;
  const { bytes, start } = openArray(isText ? `<U${width}` : '<f8', shape, size * values.length, most);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of values.entries()) {
    if (!isText) view.setFloat64(start + at * size, value as number, true);
    else for (const [place, char] of texts[at]!.entries()) view.setUint32(start + at * size + 4 * place, char, true);
  }
  return bytes;
}
