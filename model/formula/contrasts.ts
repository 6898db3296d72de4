import { ModelError } from '../../shared/errors.ts';
import { attributesOf, numbersOf, type RValue, textOf } from '../rds/values.ts';
import { polynomialContrasts } from './contr-poly.ts';

/** What a column is for each level: 1 at one level (named by its place, from 1) and 0 elsewhere, or a number for each. */
export type ContrastColumn = number | number[];

/** Most levels of a factor in a linear model, and most where each column has a number for each level. */
export const MAX_LEVELS = 10_000;
const MAX_TABLE = 1000;
/** Most levels of contr.poly: the squares of the powers of 94 levels come to the end of the doubles. R refuses more than 95. */
export const MAX_POLY = 93;
/** Up to so many levels its powers are the same with and without fused multiplication. */
const POLY_OF_BOTH = 17;

/** Most numbers of all contrasts of one model: a body's expressions may have no more parts. */
const MAX_NUMBERS = 4_000_000;

/** The contrasts that one model's factors share: by function and levels, and how many numbers there may still be. */
export class ContrastTables {
  readonly #made = new Map<string, ContrastColumn[]>();
  #left = MAX_NUMBERS;

  /** The contrasts of a function. Throws a ModelError where all factors together have too many, before they are made. */
  take(name: string, levels: number, label: string): ContrastColumn[] {
    const { isTable, make } = FUNCTIONS[name] as ContrastFunction;
    if (isTable) this.#left -= levels * (levels - 1);
    if (this.#left < 0) throw new ModelError(label, `${name} of too many levels in all`, `at most ${MAX_NUMBERS} numbers`);
    const key = `${name} ${levels}`;
    const columns = this.#made.get(key) ?? make(levels);
    this.#made.set(key, columns);
    return columns;
  }
}

type ContrastFunction = { most: number; isTable?: true; make: (levels: number) => ContrastColumn[] };

/** R's contrast functions by their names (stats, contrast.R), for a number of levels. */
const FUNCTIONS: Record<string, ContrastFunction> = {
  'contr.treatment': { most: MAX_LEVELS, make: (levels) => indicators(levels).slice(1) },
  'contr.SAS': { most: MAX_LEVELS, make: (levels) => indicators(levels).slice(0, -1) },
  'contr.sum': {
    most: MAX_TABLE,
    isTable: true,
    make: (levels) => fill(levels, (row, column) => (row === levels - 1 ? -1 : row === column ? 1 : 0)),
  },
  'contr.helmert': {
    most: MAX_TABLE,
    isTable: true,
    make: (levels) => fill(levels, (row, column) => (row <= column ? -1 : row === column + 1 ? column + 1 : 0)),
  },
  'contr.poly': { most: MAX_POLY, isTable: true, make: polynomialContrasts },
};

/** A column for each level. */
export function indicators(levels: number): ContrastColumn[] {
  return Array.from({ length: levels }, (_, column) => column + 1);
}

/**
 * The contrasts that a model names for one of its factors, or carries as a matrix. `tables`: those of the model; `mostOfPoly`: how many
 * levels contr.poly may have; beyond POLY_OF_BOTH whoever asks says so in the model (areOfFused).
 */
export function readContrasts(
  value: RValue | undefined,
  levels: number,
  label: string,
  { tables, mostOfPoly = POLY_OF_BOTH }: { tables: ContrastTables; mostOfPoly?: number },
): ContrastColumn[] {
  if (levels < 2) throw new ModelError(label, `${levels} levels`, 'at least 2');
  if (value?.type === 'character') {
    const name = textOf(value, label);
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (!known) throw new ModelError(label, name, `one of ${Object.keys(FUNCTIONS).join(', ')}, or a matrix`);
    const most = name === 'contr.poly' ? mostOfPoly : known.most;
    if (levels > most) throw new ModelError(label, `${name} of ${levels} levels`, `at most ${most}`);
    return tables.take(name, levels, label);
  }
  const numbers = numbersOf(value, label);
  const [rows, columns] = Array.from(numbersOf(attributesOf(value as RValue).get('dim'), `${label}'s dim`)) as [number, number];
  if (rows !== levels || numbers.length !== rows * columns)
    throw new ModelError(label, `a matrix of ${rows} rows`, `${levels}, one a level`);
  if (!numbers.every(Number.isFinite)) throw new ModelError(label, 'numbers without end', 'finite ones');
  return Array.from({ length: columns }, (_, column) => Array.from(numbers.subarray(column * rows, (column + 1) * rows)));
}

/** Whether contrasts have other last bits where the C library does without fused multiplication. */
export function areOfFused(value: RValue | undefined, levels: number): boolean {
  return value?.type === 'character' && value.values[0] === 'contr.poly' && levels > POLY_OF_BOTH;
}

function fill(levels: number, cell: (row: number, column: number) => number): number[][] {
  return Array.from({ length: levels - 1 }, (_, column) => Array.from({ length: levels }, (_, row) => cell(row, column)));
}
