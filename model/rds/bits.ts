/** The message of an error for bytes that are cut off. */
export const CUT = 'it ends before its end';

/** Bits from bytes, the most significant first. Throws an Error, CUT, where more are taken than there are. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next bits as a number, at most 24. */
  take(count: number): number {
    this.#fill(count);
    this.#count -= count;
    this.#need();
    return (this.#bits >>> this.#count) & ((1 << count) - 1);
  }

  take32(): number {
    return this.take(16) * 2 ** 16 + this.take(16);
  }

  take48(): number {
    return this.take(24) * 2 ** 24 + this.take(24);
  }

  /** The next 20 bits, which stay to be taken; zeros behind the end. */
  peek20(): number {
    this.#fill(20);
    return (this.#bits >>> (this.#count - 20)) & 0xfffff;
  }

  /** Takes bits that were looked at. */
  skip(count: number): void {
    this.#count -= count;
    this.#need();
  }

  /** Goes on to the next whole byte. */
  align(): void {
    this.#count -= this.#count % 8;
  }

  /** Whether the next bytes, at a whole one, are these letters. */
  startsWith(letters: string): boolean {
    const from = this.#at - this.#count / 8;
    return [...letters].every((letter, at) => this.#bytes[from + at] === letter.charCodeAt(0));
  }

  #fill(count: number): void {
    while (this.#count < count) {
      this.#bits = (this.#bits << 8) | (this.#bytes[this.#at] ?? 0);
      this.#at += 1;
      this.#count += 8;
    }
  }

  /** Bytes that are not there were read as zeros: they may be looked at, not taken. */
  #need(): void {
    if ((this.#at - this.#bytes.length) * 8 > this.#count) throw new Error(CUT);
  }
}
