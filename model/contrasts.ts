import { ModelError } from '../shared/errors.ts';
import { polynomialContrasts } from './contr-poly.ts';
import { attributesOf, numbersOf, type RValue, textOf } from './r-values.ts';

/** A contrast matrix by its columns: what each level contributes. */
export type Contrasts = number[][];

/** Most levels of a factor in a linear model: it has a column for each. */
export const MAX_LEVELS = 10_000;
/** Most levels of contr.poly: up to here our numbers are R's bit for bit. Beyond, their last digits hang on the libm that made the powers. */
const MAX_POLY = 17;

/** R's contrast functions by their names (stats, contrast.R), for a number of levels. */
const FUNCTIONS: Record<string, (levels: number) => Contrasts> = {
  'contr.treatment': (levels) => indicators(levels).slice(1),
  'contr.SAS': (levels) => indicators(levels).slice(0, -1),
  'contr.sum': (levels) => fill(levels, (row, column) => (row === levels - 1 ? -1 : row === column ? 1 : 0)),
  'contr.helmert': (levels) => fill(levels, (row, column) => (row <= column ? -1 : row === column + 1 ? column + 1 : 0)),
  'contr.poly': polynomialContrasts,
};

/** A column for each level. */
export function indicators(levels: number): Contrasts {
  return Array.from({ length: levels }, (_, column) => Array.from({ length: levels }, (_, row) => (row === column ? 1 : 0)));
}

/** The contrasts that a model names for one of its factors, or carries as a matrix. */
export function readContrasts(value: RValue | undefined, levels: number, thing: string): Contrasts {
  if (levels < 2 || levels > MAX_LEVELS) throw new ModelError(thing, `${levels} levels`, `2 to ${MAX_LEVELS}`);
  if (value?.type === 'character') {
    const name = textOf(value, thing);
    const make = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (!make) throw new ModelError(thing, name, `one of ${Object.keys(FUNCTIONS).join(', ')}, or a matrix`);
    if (name === 'contr.poly' && levels > MAX_POLY)
      throw new ModelError(thing, `contr.poly of ${levels} levels`, `at most ${MAX_POLY}: give the contrasts as a matrix`);
    return make(levels);
  }
  const numbers = numbersOf(value, thing);
  const [rows, columns] = Array.from(numbersOf(attributesOf(value as RValue).get('dim'), `${thing}'s dim`)) as [number, number];
  if (rows !== levels || numbers.length !== rows * columns)
    throw new ModelError(thing, `a matrix of ${rows} rows`, `${levels}, one a level`);
  if (!numbers.every(Number.isFinite)) throw new ModelError(thing, 'numbers without end', 'finite ones');
  return Array.from({ length: columns }, (_, column) => Array.from(numbers.subarray(column * rows, (column + 1) * rows)));
}

function fill(levels: number, cell: (row: number, column: number) => number): Contrasts {
  return Array.from({ length: levels - 1 }, (_, column) => Array.from({ length: levels }, (_, row) => cell(row, column)));
}
