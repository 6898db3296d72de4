import { ModelError } from '../../../shared/errors.ts';
import { floatOf, usualDecimal } from './decimal.ts';
import { MAX_DEPTH, MAX_NUMBERS, MAX_TEXT, Numbers, type Source, type ValueKind } from './source.ts';

const CODE = { quote: 0x22, comma: 0x2c, colon: 0x3a, open: 0x5b, close: 0x5d, begin: 0x7b, end: 0x7d, escape: 0x5c };
/** The longest number, in bytes. */
const MAX_NUMBER = 400;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** xgboost writes these, which JSON does not have. */
const NOT_FINITE: Record<string, number> = {
  NaN: Number.NaN,
  '-NaN': Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** Whether a number may end before a byte. */
function ends(code: number | undefined): boolean {
  return code === CODE.comma || code === CODE.close || code === CODE.end || (code !== undefined && code <= 0x20);
}

/** A JSON text as a source, read where its bytes lie. */
export class JsonSource implements Source {
  readonly #bytes: Buffer;
  readonly #label: string;
  #at: number;

  constructor(bytes: Uint8Array, label: string, at = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#label = label;
    this.#at = at;
  }

  peek(): ValueKind {
    this.#space();
    const code = this.#bytes[this.#at];
    if (code === CODE.begin) return 'object';
    if (code === CODE.open) return 'array';
    if (code === CODE.quote) return 'text';
    if (code === 0x74 || code === 0x66) return 'boolean';
    return code === 0x6e ? 'null' : 'number';
  }

  members(visit: (name: string) => void): void {
    this.#expect(CODE.begin, 'an object');
    if (this.#is(CODE.end)) return;
    for (;;) {
      const name = this.text();
      this.#expect(CODE.colon, 'a colon');
      visit(name);
      if (this.#is(CODE.end)) return;
      this.#expect(CODE.comma, 'a comma');
    }
  }

  elements(visit: (place: number) => void): void {
    this.#expect(CODE.open, 'a list');
    if (this.#is(CODE.close)) return;
    for (let place = 0; ; place += 1) {
      visit(place);
      if (this.#is(CODE.close)) return;
      this.#expect(CODE.comma, 'a comma');
    }
  }

  text(): string {
    this.#space();
    const start = this.#at;
    this.#skipText();
    if (this.#at - start > MAX_TEXT) throw this.error(`a text of ${this.#at - start} bytes`, `at most ${MAX_TEXT}`);
    const literal = this.#bytes.toString('utf8', start, this.#at);
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw this.error('a text with characters that JSON does not have', 'a text');
    }
  }

  number(): number {
    const token = this.#token();
    return this.#valueOf(token, Number);
  }

  numbers(): Float64Array {
    return this.#list(false);
  }

  floats(): Float64Array {
    return this.#list(true);
  }

  later(): () => Float64Array {
    this.#space();
    const source = new JsonSource(this.#bytes, this.#label, this.#at);
    this.skip();
    return () => source.floats();
  }

  skip(): void {
    const kind = this.peek();
    if (kind === 'text') this.#skipText();
    else if (kind !== 'object' && kind !== 'array') this.#token();
    else this.#skipNested();
  }

  /** Passes over an object or a list: only what opens, closes or is a text is looked at. */
  #skipNested(): void {
    let depth = 0;
    for (; this.#at < this.#bytes.length; this.#at += 1) {
      const code = this.#bytes[this.#at];
      if (code === CODE.quote) {
        this.#skipText();
        this.#at -= 1;
      } else if (code === CODE.begin || code === CODE.open) {
        depth += 1;
        if (depth > MAX_DEPTH) throw this.error('values nested too deep', `at most ${MAX_DEPTH} deep`);
      } else if (code === CODE.end || code === CODE.close) {
        depth -= 1;
        if (depth > 0) continue;
        this.#at += 1;
        return;
      }
    }
    throw this.error('the end of the file (cut off?)', 'the end of a list or an object');
  }

  error(found: string, expected: string): ModelError {
    return new ModelError(`${this.#label}, byte ${this.#at}`, found, expected);
  }

  #tooMany(): ModelError {
    return this.error(`more than ${MAX_NUMBERS} numbers in a list`, 'a smaller model');
  }

  #list(isFloat: boolean): Float64Array {
    const values = new Numbers(() => this.#tooMany());
    this.elements(() => {
      this.#space();
      const usual = usualDecimal(this.#bytes, this.#at, isFloat);
      if (usual && ends(this.#bytes[usual.end])) {
        this.#at = usual.end;
        values.push(usual.value);
      } else values.push(this.#valueOf(this.#token(), isFloat ? floatOf : Number));
    });
    return values.take();
  }

  #valueOf(token: string, read: (token: string) => number): number {
    if (NUMBER.test(token)) return read(token);
    if (token === 'true' || token === 'false') return token === 'true' ? 1 : 0;
    const value = Object.hasOwn(NOT_FINITE, token) ? NOT_FINITE[token] : undefined;
    if (value === undefined) throw this.error(JSON.stringify(token.slice(0, 40)), 'a number');
    return value;
  }

  /** The bytes up to whatever ends a number or a word. */
  #token(): string {
    this.#space();
    const start = this.#at;
    const most = Math.min(this.#bytes.length, start + MAX_NUMBER);
    let end = start;
    for (; end < most; end += 1) {
      const code = this.#bytes[end]!;
      if (code === CODE.comma || code === CODE.close || code === CODE.end || code <= 0x20 || code === CODE.colon) break;
    }
    if (end === start) throw this.error(this.#found(), 'a value');
    this.#at = end;
    return this.#bytes.toString('latin1', start, end);
  }

  #skipText(): void {
    this.#space();
    if (this.#bytes[this.#at] !== CODE.quote) throw this.error(this.#found(), 'a text');
    for (let at = this.#at + 1; at < this.#bytes.length; at += 1) {
      const code = this.#bytes[at];
      if (code === CODE.escape) at += 1;
      else if (code === CODE.quote) {
        this.#at = at + 1;
        return;
      }
    }
    throw this.error('a text without an end (cut off?)', 'its end');
  }

  #space(): void {
    let code = this.#bytes[this.#at];
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = this.#bytes[++this.#at];
  }

  /** Whether the next character is this one, which is then passed over. */
  #is(code: number): boolean {
    this.#space();
    if (this.#bytes[this.#at] !== code) return false;
    this.#at += 1;
    return true;
  }

  #expect(code: number, expected: string): void {
    if (!this.#is(code)) throw this.error(this.#found(), expected);
  }

  #found(): string {
    return this.#at < this.#bytes.length
      ? JSON.stringify(this.#bytes.toString('latin1', this.#at, this.#at + 1))
      : 'the end of the file (cut off?)';
  }
}
