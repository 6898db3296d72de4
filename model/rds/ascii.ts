import type { ModelError } from '../../shared/errors.ts';
import { checkText, type Packed, type RStream, readLength, streamError } from './stream.ts';
import { decodeText, type Encoding } from './texts.ts';
import { NA_INTEGER } from './values.ts';

/** Least bytes of a number or a byte: one character and the end of its line. */
const LEAST = 2;
const MAX_WORD = 128;
const ESCAPES: Record<string, number> = { n: 10, t: 9, v: 11, b: 8, r: 13, f: 12, a: 7 };
const SPACES = new Set([9, 10, 11, 12, 13, 32]);
/** R's NA among doubles: a NaN with the low word 1954 (arithmetic.c). */
const NA_BITS = 0x7ff00000000007a2n;

/** An R serialization as text (`ascii = TRUE`, or `NA` for doubles in hexadecimal): a word a line (serialize.c, InWord and its users). */
export class AsciiStream implements RStream {
  readonly #bytes: Uint8Array;
  readonly #label: string;
  #at: number;

  constructor(bytes: Uint8Array, label: string, at: number) {
    this.#bytes = bytes;
    this.#label = label;
    this.#at = at;
  }

  integer(what: string): number {
    const word = this.#word(what);
    if (word === 'NA') return NA_INTEGER;
    const value = Number(word);
    if (!/^-?\d+$/.test(word) || value !== (value | 0)) throw this.error(`the word ${word} for ${what}`, 'a whole number');
    return value;
  }

  length(_bytesEach: number, what: string): number {
    return readLength(this, LEAST, what);
  }

  integers(count: number, what: string): Int32Array {
    const values = new Int32Array(count);
    for (let at = 0; at < count; at += 1) values[at] = this.integer(what);
    return values;
  }

  doubles(count: number, what: string): Float64Array {
    const values = new Float64Array(count);
    const bits = new BigUint64Array(values.buffer);
    for (let at = 0; at < count; at += 1) {
      const word = this.#word(what);
      if (word === 'NA') bits[at] = NA_BITS;
      else values[at] = this.#double(word, what);
    }
    return values;
  }

  text(count: number, encoding: Encoding, what: string): string {
    checkText(this, count, what);
    this.#skipSpaces();
    const bytes = Buffer.alloc(count);
    for (let at = 0; at < count; at += 1) bytes[at] = this.#character(what);
    return decodeText(bytes, encoding);
  }

  raw(count: number, what: string): Uint8Array {
    const values = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) {
      const word = this.#word(what);
      if (!/^[0-9a-f]{2}$/.test(word)) throw this.error(`the word ${word} for ${what}`, 'two hexadecimal digits');
      values[at] = Number.parseInt(word, 16);
    }
    return values;
  }

  skip(kind: 'bytes' | 'doubles' | 'integers', count: number, what: string): void {
    if (kind === 'bytes') this.text(count, 'bytes', what);
    else for (let at = 0; at < count; at += 1) this.#word(what);
  }

  packed(_count: number): Packed | undefined {
    return undefined;
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

  #skipSpaces(): void {
    while (SPACES.has(this.#bytes[this.#at]!)) this.#at += 1;
  }

  #word(what: string): string {
    this.#skipSpaces();
    const start = this.#at;
    while (this.#at < this.#bytes.byteLength && !SPACES.has(this.#bytes[this.#at]!)) {
      this.#at += 1;
      if (this.#at - start > MAX_WORD) throw this.error(`a word of more than ${MAX_WORD} characters for ${what}`, 'a number');
    }
    // A whole word has its line's end behind it: the file may have been cut off within it.
    if (this.#at === start || this.#at === this.#bytes.byteLength) throw this.error(`${this.left} bytes left`, `a word for ${what}`);
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, this.#at - start).toString('latin1');
  }

  #double(word: string, what: string): number {
    if (word === 'NaN') return Number.NaN;
    if (word === 'Inf' || word === '-Inf') return word === 'Inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    if (/^-?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/.test(word)) return Number(word);
    const hex = /^(-?)0x([01])(?:\.([0-9a-f]{1,13}))?p([+-]\d{1,4})$/.exec(word);
    if (!hex) throw this.error(`the word ${word} for ${what}`, 'a number');
    const [, sign, whole, digits = '', exponent] = hex as unknown as [string, string, string, string | undefined, string];
    // Both factors are exact, and so is their product: glibc writes as many digits as there are.
    const mantissa = Number.parseInt(whole + digits, 16) * 2 ** (-4 * digits.length);
    const power = Number(exponent);
    const value = power < -1000 ? mantissa * 2 ** -1000 * 2 ** (power + 1000) : mantissa * 2 ** power;
    return sign === '-' ? -value : value;
  }

  /** One byte of a text, which may stand as an escape: a letter's, or up to three octal digits. */
  #character(what: string): number {
    const next = () => {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw this.error('0 bytes left', `1 for ${what}`);
      this.#at += 1;
      return byte;
    };
    const byte = next();
    if (byte !== 0x5c) return byte;
    const escaped = String.fromCharCode(next());
    if (!/[0-7]/.test(escaped)) return ESCAPES[escaped] ?? escaped.charCodeAt(0);
    let octal = escaped;
    while (octal.length < 3 && /[0-7]/.test(String.fromCharCode(this.#bytes[this.#at] ?? 0))) octal += String.fromCharCode(next());
    return Number.parseInt(octal, 8) & 0xff;
  }
}
