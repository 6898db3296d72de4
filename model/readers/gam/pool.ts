import { createHash } from 'node:crypto';
import type { Span } from '../../../shared/bodies/gam/gam.ts';
import { ModelError } from '../../../shared/errors.ts';
import { attributesOf, numbersOf, type RValue } from '../../rds/values.ts';

/** Most numbers of all smooths together. */
const MAX_NUMBERS = 2 ** 26;
/** Most columns that all smooths make of levels: a file has the levels once, however many smooths are of them. */
const MAX_LEVEL_COLUMNS = 2 ** 19;

/** The knots and matrices of all smooths, one after another; and how many columns they make of levels. */
export class NumberPool {
  readonly #parts: (Int32Array | Float64Array)[] = [];
  #length = 0;
  #levelColumns = 0;
  /** Smooths of one variable by the levels of another have the same matrices. */
  readonly #known = new Map<string, Span>();

  /** Numbers as a part of the pool. Throws where there are too many. */
  add(values: Int32Array | Float64Array | number[], label: string): Span {
    const numbers = Array.isArray(values) ? Float64Array.from(values) : values;
    // By a hash, since a file may have thousands that differ in one number. To add 0 makes 0 of -0.
    const key = createHash('sha256')
      .update(Float64Array.from(numbers, (number) => number + 0))
      .digest('hex');
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#length + numbers.length > MAX_NUMBERS)
      throw new ModelError(label, 'too many numbers', `at most ${MAX_NUMBERS} of all smooths`);
    const span: Span = [this.#length, numbers.length];
    this.#parts.push(numbers);
    this.#length += numbers.length;
    this.#known.set(key, span);
    return span;
  }

  /** Counts columns that a smooth makes of levels, before it makes them. Throws where all smooths have too many. */
  takeColumns(count: number, label: string): void {
    this.#levelColumns += count;
    if (this.#levelColumns > MAX_LEVEL_COLUMNS)
      throw new ModelError(label, 'too many columns of levels', `at most ${MAX_LEVEL_COLUMNS} of all smooths`);
  }

  /** All of them. */
  get numbers(): Float64Array {
    const all = new Float64Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** A numeric matrix, column after column. */
export type Matrix = { rows: number; columns: number; values: Int32Array | Float64Array };

/** A numeric matrix. Throws where a value is none. */
export function matrixOf(value: RValue | undefined, label: string): Matrix {
  const values = numbersOf(value, label);
  const dim = value && attributesOf(value).get('dim');
  const [rows = values.length, columns = 1] = dim ? Array.from(numbersOf(dim, `${label}'s dim`)) : [];
  if (rows * columns === values.length) return { rows, columns, values };
  throw new ModelError(label, `${values.length} numbers of ${rows} x ${columns}`, 'a matrix');
}
