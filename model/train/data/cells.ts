import { readDecimal } from '../numbers/r-decimal.ts';

const LOGICAL = new Map([
  ['T', 1],
  ['TRUE', 1],
  ['F', 0],
  ['FALSE', 0],
]);

/**
 * A column's fields, one after another, as numbers: of the first type of logical, integer, double and text that takes all of them
 * (type.convert of R). NaN is NA. A text's fields are not kept: whoever reads it reads them again.
 */
export class Cells {
  type: 'logical' | 'integer' | 'double' | 'text';
  #values = new Float64Array(256);
  #count = 0;
  /** Whether all fields so far are missing. */
  #isEmpty = true;

  constructor(isText: boolean) {
    this.type = isText ? 'text' : 'logical';
  }

  add(field: string): void {
    if (this.type === 'text') return;
    if (this.#count === this.#values.length) {
      const values = new Float64Array(2 * this.#count);
      values.set(this.#values);
      this.#values = values;
    }
    this.#values[this.#count] = this.#read(field);
    this.#count += 1;
  }

  /** The numbers; whoever takes them adds no more. */
  take(): Float64Array {
    const values = this.#values.slice(0, this.#count);
    this.#values = values.subarray(0, 0);
    return values;
  }

  #read(field: string): number {
    if (this.type !== 'logical') {
      // Most fields are plain numbers, which have nothing to trim.
      const value = readDecimal(field) ?? readTrimmed(field);
      if (value === undefined) this.type = 'text';
      else if (this.type === 'integer' && !isInteger(field, value)) this.type = 'double';
      return value ?? 0;
    }
    const trimmed = field.trim();
    if (field === 'NA' || trimmed === '') return Number.NaN;
    const value = LOGICAL.get(field);
    if (value === undefined && this.#isEmpty) {
      this.type = 'integer';
      this.#isEmpty = false;
      return this.#read(field);
    }
    this.#isEmpty = false;
    if (value === undefined) this.type = 'text';
    return value ?? 0;
  }
}

function readTrimmed(field: string): number | undefined {
  const trimmed = field.trim();
  return field === 'NA' || trimmed === '' ? Number.NaN : readDecimal(trimmed);
}

function isInteger(field: string, value: number): boolean {
  return Number.isNaN(value) || (Math.abs(value) < 2 ** 31 && Number.isInteger(value) && /^[+-]?\d+$/.test(field.trim()));
}
