import { ModelError } from '../../shared/errors.ts';
import { decodeText, type Encoding } from './texts.ts';

/** Most bytes one text in a model file may have. */
const MAX_TEXT = 1 << 24;
/** Bytes of a buffer that small vectors share: a forest has millions of them, and a buffer for each costs far more than its bytes. */
const SHARED = 1 << 16;

/** The flags of a double vector that has no attributes (serialize.c, PackFlags). */
const PLAIN_DOUBLES = 14;

/** Where in a buffer something starts. */
type Place = { buffer: ArrayBuffer; start: number };

/** Many plain double vectors, one behind the other: vector k is `values` from `starts[k]` up to `starts[k + 1]`. */
export type Packed = { starts: Uint32Array; values: Float64Array };

/**
 * An R serialization, read from front to back. Every length is compared with the bytes that are left before memory is taken;
 * an error says at which byte, and what was being read.
 */
export type RStream = {
  /** The next 32-bit signed integer. */
  integer(what: string): number;
  /** A vector's length: 32 bits, or -1 and then 64 bits (a long vector). Refused where its elements, of so many bytes at least, cannot all be there. */
  length(bytesEach: number, what: string): number;
  /** `count` 32-bit signed integers. */
  integers(count: number, what: string): Int32Array;
  /** `count` doubles, with their bits as they are (so that R's NA and NaN stay apart). */
  doubles(count: number, what: string): Float64Array;
  /** `count` bytes as text in the given encoding (see decodeText). */
  text(count: number, encoding: Encoding, what: string): string;
  /** `count` bytes as they are; they may be a view of the file's. */
  raw(count: number, what: string): Uint8Array;
  /** Passes over elements of a kind. */
  skip(kind: 'bytes' | 'doubles' | 'integers', count: number, what: string): void;
  /** The next `count` values where each is a double vector without attributes; undefined, and nothing read, where one is not. */
  packed(count: number): Packed | undefined;
  /** Bytes not read yet. */
  readonly left: number;
  /** Bytes read. */
  readonly at: number;
  /** An error at the present byte. */
  error(found: string, expected: string): ModelError;
};

/**
 * Reads a vector's length: 32 bits, or -1 and then 64 bits (a long vector). Throws where it is below 0, and where elements of
 * `bytesEach` bytes each cannot all be there.
 */
export function readLength(stream: RStream, bytesEach: number, what: string): number {
  let length = stream.integer(`the length of ${what}`);
  if (length === -1) {
    const high = stream.integer(`the length of ${what}`) >>> 0;
    length = high * 2 ** 32 + (stream.integer(`the length of ${what}`) >>> 0);
  }
  if (length < 0) throw stream.error(`a length of ${length} for ${what}`, 'zero or more');
  if (length * bytesEach > stream.left) {
    throw stream.error(`${what} of length ${length} with ${stream.left} bytes left`, `at least ${length * bytesEach} bytes`);
  }
  return length;
}

/** Throws where a text has more bytes than one may have, or than are left. */
export function checkText(stream: RStream, count: number, what: string): void {
  if (count > MAX_TEXT) throw stream.error(`${what} of ${count} bytes`, `at most ${MAX_TEXT}`);
  if (count > stream.left) throw stream.error(`${stream.left} bytes left`, `${count} for ${what}`);
}

/** An error at a byte of a serialization. */
export function streamError(label: string, at: number, found: string, expected: string): ModelError {
  return new ModelError(`${label}, byte ${at} of its serialization`, found, expected);
}

/** An R serialization in a binary form: XDR (big-endian), or the form native to most machines (little-endian). */
export class BinaryStream implements RStream {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #label: string;
  readonly #little: boolean;
  #at = 0;
  #shared: Place = { buffer: new ArrayBuffer(0), start: 0 };
  #sharedView = new DataView(this.#shared.buffer);

  constructor(bytes: Uint8Array, label: string, at: number, little: boolean) {
    this.#at = at;
    this.#little = little;
    // A plain Uint8Array, since a Buffer's slice() would share its bytes.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#label = label;
  }

  integer(what: string): number {
    this.#need(4, what);
    const value = this.#view.getInt32(this.#at, this.#little);
    this.#at += 4;
    return value;
  }

  length(bytesEach: number, what: string): number {
    return readLength(this, bytesEach, what);
  }

  integers(count: number, what: string): Int32Array {
    const { buffer, start } = this.#copy(count, 4, what);
    return new Int32Array(buffer, start, count);
  }

  doubles(count: number, what: string): Float64Array {
    const { buffer, start } = this.#copy(count, 8, what);
    return new Float64Array(buffer, start, count);
  }

  text(count: number, encoding: Encoding, what: string): string {
    checkText(this, count, what);
    const bytes = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, count);
    const text = decodeText(bytes, encoding);
    this.#at += count;
    return text;
  }

  raw(count: number, what: string): Uint8Array {
    this.#need(count, what);
    const from = this.#at;
    this.#at += count;
    return this.#bytes.subarray(from, this.#at);
  }

  skip(kind: 'bytes' | 'doubles' | 'integers', count: number, what: string): void {
    const size = count * (kind === 'doubles' ? 8 : kind === 'integers' ? 4 : 1);
    this.#need(size, what);
    this.#at += size;
  }

  packed(count: number): Packed | undefined {
    if (count * 8 > this.left) return undefined;
    // Passed over once, so that memory is taken for what is there.
    let at = this.#at;
    let total = 0;
    for (let vector = 0; vector < count; vector += 1) {
      if (at + 8 > this.#bytes.byteLength || this.#view.getInt32(at, this.#little) !== PLAIN_DOUBLES) return undefined;
      const length = this.#view.getInt32(at + 4, this.#little);
      at += 8 + length * 8;
      if (length < 0 || at > this.#bytes.byteLength) return undefined;
      total += length;
    }
    const starts = new Uint32Array(count + 1);
    const values = new Float64Array(total);
    const words = new Int32Array(values.buffer);
    const [low, high] = this.#little ? [0, 4] : [4, 0];
    let put = 0;
    for (let vector = 0; vector < count; vector += 1) {
      const end = put + this.#view.getInt32(this.#at + 4, this.#little);
      for (this.#at += 8; put < end; put += 1, this.#at += 8) {
        words[2 * put] = this.#view.getInt32(this.#at + low, this.#little);
        words[2 * put + 1] = this.#view.getInt32(this.#at + high, this.#little);
      }
      starts[vector + 1] = put;
    }
    return { starts, values };
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  get at(): number {
    return this.#at;
  }

  error(found: string, expected: string): ModelError {
    return streamError(this.#label, this.#at, found, expected);
  }

  #need(count: number, what: string): void {
    if (count > this.left) throw this.error(`${this.left} bytes left`, `${count} for ${what}`);
  }

  /** The next `count` numbers, turned to this machine's (little-endian) order, from a multiple of 8 on in a buffer. */
  #copy(count: number, bytesEach: 4 | 8, what: string): Place {
    const size = count * bytesEach;
    this.#need(size, what);
    const from = this.#at;
    this.#at += size;
    if (size > SHARED / 16) {
      const copy = Buffer.from(this.#bytes.slice(from, from + size).buffer);
      if (!this.#little) {
        if (bytesEach === 4) copy.swap32();
        else copy.swap64();
      }
      return { buffer: copy.buffer, start: 0 };
    }
    let start = Math.ceil(this.#shared.start / 8) * 8;
    if (start + size > this.#shared.buffer.byteLength) {
      start = 0;
      this.#shared.buffer = new ArrayBuffer(SHARED);
      this.#sharedView = new DataView(this.#shared.buffer);
    }
    this.#shared.start = start + size;
    // Of the words of a double the low one comes first here; in XDR it comes last.
    const flip = this.#little ? 0 : bytesEach - 4;
    for (let at = 0; at < size; at += 4) this.#sharedView.setInt32(start + (at ^ flip), this.#view.getInt32(from + at, this.#little), true);
    return { buffer: this.#shared.buffer, start };
  }
}
