import type { ModelError } from '../../../shared/errors.ts';

/** What a value is, before it is read. */
export type ValueKind = 'object' | 'array' | 'text' | 'number' | 'boolean' | 'null';

/**
 * A document of objects, lists, texts and numbers, read from front to back: JSON or UBJSON. Nothing is kept but what is asked for, so
 * that a file takes little more memory than its trees. Each method reads the next value, and throws a ModelError that names the
 * byte where that is of another kind or cut off.
 */
export type Source = {
  /** What the next value is. */
  peek(): ValueKind;
  /** The members of an object: `visit` reads each value. */
  members(visit: (name: string) => void): void;
  /** The elements of a list: `visit` reads each of them. */
  elements(visit: (place: number) => void): void;
  text(): string;
  number(): number;
  /** A list of numbers; true and false count as 1 and 0. */
  numbers(): Float64Array;
  /** A list of numbers, each rounded to a 32-bit float as the package reads it. */
  floats(): Float64Array;
  skip(): void;
  /** Passes over a value that may be wanted later: what is given reads it as `floats` does. */
  later(): () => Float64Array;
  /** An error at the present byte. */
  error(found: string, expected: string): ModelError;
};

/** Values within values that are passed over, at most. */
export const MAX_DEPTH = 64;
/** The longest text that is read, in bytes. */
export const MAX_TEXT = 2 ** 20;

/** Most numbers of one list: the nodes of a tree, say. They take four times the bytes of the shortest text that has so many. */
export const MAX_NUMBERS = 2 ** 24;

/** A list of numbers that grows. `full` makes the error of a list that is too long. */
export class Numbers {
  readonly #full: () => ModelError;
  #values = new Float64Array(64);
  #length = 0;

  constructor(full: () => ModelError) {
    this.#full = full;
  }

  push(value: number): void {
    if (this.#length === MAX_NUMBERS) throw this.#full();
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** A copy of what was pushed. */
  take(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}
