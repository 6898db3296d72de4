import { ModelError } from '../../../shared/errors.ts';
import { MAX_DEPTH, MAX_NUMBERS, MAX_TEXT, Numbers, type Source, type ValueKind } from './source.ts';

/** The markers of numbers, the bytes of each, and how it is read; all are big-endian. */
const NUMBERS: Record<string, { size: number; read: (view: DataView, at: number) => number }> = {
  i: { size: 1, read: (view, at) => view.getInt8(at) },
  U: { size: 1, read: (view, at) => view.getUint8(at) },
  C: { size: 1, read: (view, at) => view.getUint8(at) },
  I: { size: 2, read: (view, at) => view.getInt16(at) },
  l: { size: 4, read: (view, at) => view.getInt32(at) },
  L: { size: 8, read: (view, at) => Number(view.getBigInt64(at)) },
  d: { size: 4, read: (view, at) => view.getFloat32(at) },
  D: { size: 8, read: (view, at) => view.getFloat64(at) },
};

/** A document of UBJSON (Universal Binary JSON, draft 12) as a source, in the part of it that xgboost writes. */
export class UbjsonSource implements Source {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #label: string;
  #at: number;

  constructor(bytes: Uint8Array, label: string, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#label = label;
    this.#at = at;
  }

  peek(): ValueKind {
    const marker = this.#marker();
    if (marker === '{') return 'object';
    if (marker === '[') return 'array';
    if (marker === 'S') return 'text';
    if (marker === 'T' || marker === 'F') return 'boolean';
    return marker === 'Z' ? 'null' : 'number';
  }

  members(visit: (name: string) => void): void {
    this.#expect('{', 'an object');
    while (this.#marker() !== '}') {
      const name = this.#string();
      visit(name);
    }
    this.#at += 1;
  }

  elements(visit: (place: number) => void): void {
    this.#expect('[', 'a list');
    if (this.#marker() === '$') throw this.error('a list of numbers', 'a list of values');
    if (this.#marker() === '#') {
      this.#at += 1;
      const count = this.#count(1, 'a list');
      for (let place = 0; place < count; place += 1) visit(place);
      return;
    }
    for (let place = 0; this.#marker() !== ']'; place += 1) visit(place);
    this.#at += 1;
  }

  text(): string {
    this.#expect('S', 'a text');
    return this.#string();
  }

  number(): number {
    const marker = this.#marker();
    if (marker === 'T' || marker === 'F') {
      this.#at += 1;
      return marker === 'T' ? 1 : 0;
    }
    const form = this.#form(marker);
    this.#at += 1;
    this.#need(form.size, 'a number');
    const value = form.read(this.#view, this.#at);
    this.#at += form.size;
    return value;
  }

  numbers(): Float64Array {
    const typed = this.#typed();
    if (!typed) {
      const values = new Numbers(() => this.#tooMany());
      this.elements(() => values.push(this.number()));
      return values.take();
    }
    const { form, count } = typed;
    if (count > MAX_NUMBERS) throw this.#tooMany();
    const values = new Float64Array(count);
    for (let place = 0; place < count; place += 1) values[place] = form.read(this.#view, this.#at + place * form.size);
    this.#at += count * form.size;
    return values;
  }

  floats(): Float64Array {
    return this.numbers().map(Math.fround);
  }

  later(): () => Float64Array {
    const source = new UbjsonSource(this.#bytes, this.#label, this.#at);
    this.skip();
    return () => source.floats();
  }

  skip(depth = 0): void {
    if (depth > MAX_DEPTH) throw this.error('values nested too deep', `at most ${MAX_DEPTH} deep`);
    const kind = this.peek();
    if (kind === 'object') this.members(() => this.skip(depth + 1));
    else if (kind === 'text') {
      this.#at += 1;
      const length = this.#count(1, 'a text');
      this.#at += length;
    } else if (kind === 'array') {
      const typed = this.#typed();
      if (typed) this.#at += typed.count * typed.form.size;
      else this.elements(() => this.skip(depth + 1));
    } else if (kind === 'null') this.#at += 1;
    else this.number();
  }

  error(found: string, expected: string): ModelError {
    return new ModelError(`${this.#label}, byte ${this.#at}`, found, expected);
  }

  /** A list whose numbers all have one form, up to its first number; undefined, and nothing read, where the list is another. */
  #typed(): { form: (typeof NUMBERS)[string]; count: number } | undefined {
    if (this.#marker() !== '[' || this.#bytes[this.#at + 1] !== 0x24) return undefined;
    this.#at += 2;
    const form = this.#form(this.#marker());
    this.#at += 1;
    this.#expect('#', "a list's length");
    const count = this.#count(form.size, 'a list');
    return { form, count };
  }

  #form(marker: string): (typeof NUMBERS)[string] {
    const form = Object.hasOwn(NUMBERS, marker) ? NUMBERS[marker] : undefined;
    if (!form) throw this.error(`the marker ${JSON.stringify(marker)}`, 'a number');
    return form;
  }

  /** How many elements of so many bytes follow; all of them must be there. */
  #count(size: number, what: string): number {
    const form = this.#form(this.#marker());
    this.#at += 1;
    this.#need(form.size, `the length of ${what}`);
    const count = form.read(this.#view, this.#at);
    this.#at += form.size;
    if (!(Number.isSafeInteger(count) && count >= 0)) throw this.error(`${what} of length ${count}`, 'zero or more');
    this.#need(count * size, what);
    return count;
  }

  #string(): string {
    const length = this.#count(1, 'a text');
    if (length > MAX_TEXT) throw this.error(`a text of ${length} bytes`, `at most ${MAX_TEXT}`);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('utf8');
  }

  #tooMany(): ModelError {
    return this.error(`more than ${MAX_NUMBERS} numbers in a list`, 'a smaller model');
  }

  #marker(): string {
    this.#need(1, 'a value');
    return String.fromCharCode(this.#bytes[this.#at]!);
  }

  #expect(marker: string, expected: string): void {
    const found = this.#marker();
    if (found !== marker) throw this.error(`the marker ${JSON.stringify(found)}`, expected);
    this.#at += 1;
  }

  #need(count: number, what: string): void {
    const left = this.#bytes.byteLength - this.#at;
    if (count > left) throw this.error(`${left} bytes left (cut off?)`, `${count} for ${what}`);
  }
}
