import { gzipSync } from 'node:zlib';
import type { RValue } from '../../model/rds/values.ts';

/** R's codes of the types written here (Rinternals.h, serialize.c). */
const T = {
  symbol: 1,
  pairlist: 2,
  language: 6,
  char: 9,
  logical: 10,
  integer: 13,
  double: 14,
  character: 16,
  list: 19,
  raw: 24,
  null: 254,
  reference: 255,
};
const [ATTRIBUTES, TAG, UTF8] = [1 << 9, 1 << 10, 8 << 12];

/** Writes R values as serialize() of R does: XDR, version 3. For files that R would not write. */
export class RWriter {
  #bytes = Buffer.allocUnsafe(1 << 16);
  #length = 0;
  readonly #symbols = new Map<string, number>();

  constructor() {
    this.bytes(Buffer.from('X\n'));
    for (const number of [3, 0x40203, 0x30500, 5]) this.integer(number);
    this.bytes(Buffer.from('UTF-8'));
  }

  /** What is written so far, compressed as saveRDS() does. */
  file(): Buffer {
    return gzipSync(this.plain(), { level: 1 });
  }

  plain(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  integer(number: number): this {
    this.#need(4);
    this.#length = this.#bytes.writeInt32BE(number | 0, this.#length);
    return this;
  }

  bytes(given: Buffer): this {
    this.#need(given.length);
    this.#length += given.copy(this.#bytes, this.#length);
    return this;
  }

  symbol(name: string): this {
    const known = this.#symbols.get(name);
    if (known !== undefined) return this.integer((known << 8) | T.reference);
    this.#symbols.set(name, this.#symbols.size + 1);
    return this.integer(T.symbol).#text(name);
  }

  value(value: RValue): this {
    switch (value.type) {
      case 'null':
        return this.integer(T.null);
      case 'symbol':
        return this.symbol(value.name);
      case 'opaque':
      case 'packed':
        throw new Error(`no way to write ${value.type}`);
      case 'pairlist':
      case 'language':
        return this.#cells(value);
    }
    const { attributes } = value;
    this.integer(T[value.type] | (attributes ? ATTRIBUTES : 0)).integer(value.values.length);
    if (value.type === 'list') for (const one of value.values) this.value(one);
    else if (value.type === 'character') for (const one of value.values) this.#text(one);
    else if (value.type === 'raw') this.bytes(Buffer.from(value.values));
    else if (value.type === 'double') for (const one of value.values) this.#double(one);
    else for (const one of value.values) this.integer(one);
    if (attributes) this.#cells({ type: 'pairlist', values: [...attributes.values()], tags: [...attributes.keys()] });
    return this;
  }

  #cells({ type, values, tags, attributes }: Extract<RValue, { type: 'pairlist' | 'language' }>): this {
    values.forEach((value, at) => {
      const tag = tags[at];
      const kept = at === 0 ? attributes : undefined;
      this.integer((at === 0 ? T[type] : T.pairlist) | (kept ? ATTRIBUTES : 0) | (tag === undefined ? 0 : TAG));
      if (kept) this.#cells({ type: 'pairlist', values: [...kept.values()], tags: [...kept.keys()] });
      if (tag !== undefined) this.symbol(tag);
      this.value(value);
    });
    return this.integer(T.null);
  }

  #double(number: number): void {
    this.#need(8);
    this.#length = this.#bytes.writeDoubleBE(number, this.#length);
  }

  #text(text: string | null): this {
    if (text === null) return this.integer(T.char).integer(-1);
    const bytes = Buffer.from(text);
    return this.integer(T.char | UTF8)
      .integer(bytes.length)
      .bytes(bytes);
  }

  #need(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + more));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** An R value as the file that saveRDS() writes. */
export function rdsFile(value: RValue): Buffer {
  return new RWriter().value(value).file();
}
