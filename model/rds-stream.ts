import { ModelError } from '../shared/errors.ts';

/** Most bytes one text in a model file may have. */
const MAX_TEXT = 1 << 24;

/**
 * The bytes of an R serialization in XDR (big-endian) form, read from front to back. Every length is held against what is
 * left before memory is taken; an error says at which byte, and what was being read.
 */
export class RdsStream {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #thing: string;
  #at = 0;

  constructor(bytes: Uint8Array, thing: string) {
    // A plain Uint8Array, since a Buffer's slice() would share its bytes.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#thing = thing;
  }

  /** The next 32-bit signed integer. */
  integer(what: string): number {
    this.#need(4, what);
    const value = this.#view.getInt32(this.#at);
    this.#at += 4;
    return value;
  }

  /** A vector's length: 32 bits, or -1 and then 64 bits (a long vector). Refused where its elements cannot all be there. */
  length(bytesEach: number, what: string): number {
    let length = this.integer(`the length of ${what}`);
    if (length === -1) {
      const high = this.integer(`the length of ${what}`) >>> 0;
      length = high * 2 ** 32 + (this.integer(`the length of ${what}`) >>> 0);
    }
    if (length < 0) throw this.error(`a length of ${length} for ${what}`, 'zero or more');
    if (length * bytesEach > this.left) {
      throw this.error(`${what} of length ${length} with ${this.left} bytes left`, `at least ${length * bytesEach} bytes`);
    }
    return length;
  }

  /** `count` 32-bit signed integers. */
  integers(count: number, what: string): Int32Array {
    const bytes = this.#copy(count * 4, what);
    bytes.swap32();
    return new Int32Array(bytes.buffer, bytes.byteOffset, count);
  }

  /** `count` doubles, with their bits as they are (so R's NA stays told from NaN). */
  doubles(count: number, what: string): Float64Array {
    const bytes = this.#copy(count * 8, what);
    bytes.swap64();
    return new Float64Array(bytes.buffer, bytes.byteOffset, count);
  }

  /** `count` bytes as text in the given encoding. */
  text(count: number, encoding: 'utf-8' | 'latin1', what: string): string {
    if (count > MAX_TEXT) throw this.error(`${what} of ${count} bytes`, `at most ${MAX_TEXT}`);
    this.#need(count, what);
    const bytes = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    return Buffer.from(bytes.buffer, bytes.byteOffset, count).toString(encoding);
  }

  /** Passes over `count` bytes. */
  skip(count: number, what: string): void {
    this.#need(count, what);
    this.#at += count;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  /** An error at the present byte. */
  error(found: string, expected: string): ModelError {
    return new ModelError(`${this.#thing}, byte ${this.#at} of its serialization`, found, expected);
  }

  #need(count: number, what: string): void {
    if (count > this.left) throw this.error(`${this.left} bytes left`, `${count} for ${what}`);
  }

  /** A copy that starts at its buffer's first byte, so that typed arrays can be laid over it. */
  #copy(count: number, what: string): Buffer {
    this.#need(count, what);
    const copy = Buffer.from(this.#bytes.slice(this.#at, this.#at + count).buffer);
    this.#at += count;
    return copy;
  }
}
