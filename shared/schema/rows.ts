import { MAX_PROBLEMS, type Problem, RequestError } from '../errors.ts';
import { adviceFor, complaint, detail, missing, roundedComplaint } from './complaints.ts';
import type { Schema } from './features.ts';
import { columnsAmong, namesIn } from './names.ts';
import { readCell } from './values.ts';

/** Most names of a row that are no features which are looked at for each feature that is missing: a body may have hundreds of thousands. */
const MOST_STRANGERS = 1_000;

/** So few features are looked for one by one in any row: to list the names of each takes longer. */
const NARROW = 32;

/**
 * The cells of a request, whatever dialect it came in: `cell(row, feature)` is the value given (undefined where the
 * column or key is not there), and `path` its JSON Pointer. `text` says that the cells are text (CSV), where an empty
 * field or `NA` is missing and numbers are spelled out.
 */
export type Cells = {
  rows: number;
  text: boolean;
  cell(row: number, feature: number): unknown;
  path(row: number, feature: number): string;
  /** True where a missing column is missing from every row, and so is reported once. Else a missing key may be a missing value. */
  columnar: boolean;
  /** The names given with a row, features or not, where its cells have names: shown where a feature is missing. */
  names?(row: number): readonly string[] | undefined;
  /** A form that would be read, for a body that has no feature of the model. */
  instead?: string;
  /** Numbers of the body that were rounded to a whole one, by it: no integer64 has such a value. */
  rounded?: ReadonlyMap<number, string> | undefined;
  /** What is wrong with a row as a whole, so that its cells are not known. */
  misfit?(row: number): Problem | undefined;
};

/** What is wrong with rows: how many things, and the first of them in words. `advice` as a RequestError has it. */
export type Wrong = { found: number; problems: Problem[]; advice?: string | undefined };

/**
 * The numeric rows of a request, row after row in the order of the schema's features (NaN: missing). Throws a 422 that
 * lists everything wrong, `others` among it, up to 100 problems, each with its path.
 */
export function readRows(schema: Schema, cells: Cells, others: Problem[] = []): Float64Array {
  const width = schema.features.length;
  schema.beginTexts?.();
  const rows = new Float64Array(cells.rows * width);
  const wrong: Wrong = { found: others.length, problems: others.slice(0, MAX_PROBLEMS) };
  const read = createRowReader(schema, cells, MAX_PROBLEMS);
  for (let row = 0; row < cells.rows; row += 1) read(row, rows, row * width, wrong, cells.columnar && row > 0);
  const { found, problems, advice } = wrong;
  if (found > 0) throw new RequestError(422, detail(schema, problems, found, cells.instead), problems, {}, advice);
  return rows;
}

/**
 * Puts the numbers of a row at a place of `rows`, and what does not fit into `wrong`, of which the first `most` things are put into
 * words: there may be millions. `isTold`: that a column is missing was said of another row.
 */
export type RowReader = (row: number, rows: Float64Array, at: number, wrong: Wrong, isTold: boolean) => void;

/** Makes what reads rows of cells one by one. */
export function createRowReader(schema: Schema, cells: Cells, most: number): RowReader {
  const width = schema.features.length;
  return (row, rows, at, wrong, isTold) => {
    const misfit = cells.misfit?.(row);
    if (misfit) {
      wrong.found += 1;
      if (wrong.problems.length < most) wrong.problems.push(misfit);
      return;
    }
    const names = width > NARROW ? cells.names?.(row) : undefined;
    let strangers: string[] | undefined;
    let isLeft: boolean | undefined;
    // R's jsonlite leaves the key of a missing value out. Beside a key that is no feature it is more likely misspelt.
    const isLeftOut = () => {
      if (isLeft !== undefined) return isLeft;
      const sent = names ?? cells.names?.(row);
      strangers = strangersIn(schema, sent);
      isLeft = strangers.length === 0 && sent !== undefined && !cells.columnar;
      return isLeft;
    };
    const readOne = (column: number) => {
      let value = cells.cell(row, column);
      if (value === undefined) {
        if (isTold) return;
        if (isLeftOut() && isOptional(schema, column)) value = null;
      }
      const spelt = cells.rounded && schema.features[column]?.type === 'integer64' ? cells.rounded.get(value as number) : undefined;
      const number = value === undefined || spelt !== undefined ? undefined : readCell(schema, column, value, cells.text);
      if (number !== undefined) {
        rows[at + column] = number;
        return;
      }
      wrong.found += 1;
      if (wrong.problems.length >= most) return;
      let message: string;
      if (spelt !== undefined) message = roundedComplaint(schema, column, spelt);
      else if (value !== undefined) message = complaint(schema, column, value, cells.text);
      else message = missing(schema, column, strangers ?? [], (strangers ?? []).length < MOST_STRANGERS);
      wrong.problems.push({ path: cells.path(row, column), message });
      wrong.advice ??= adviceFor(schema, column, value, cells.text);
    };
    const given = names && columnsAmong(schema, names);
    // Where few of the features are there, the others are not looked for one by one, but for those that are put into words.
    const absent = given && !isTold && isLeftOut() ? absentIn(schema) : undefined;
    let next = 0;
    for (let column = 0; column < width; column += 1) {
      const left = absent?.[column];
      if (!given) readOne(column);
      else if (given[next] === column) {
        next += 1;
        readOne(column);
      } else if (left !== undefined) rows[at + column] = left;
      else if (!isTold && wrong.problems.length < most) readOne(column);
      else if (!isTold) wrong.found += 1;
    }
  };
}

function isOptional({ takesMissing, features }: Schema, column: number): boolean {
  return takesMissing && features[column]?.required !== true;
}

const ABSENT = new WeakMap<Schema, (number | undefined)[]>();

/** The number of each feature where its key is left out; undefined where it has none. */
function absentIn(schema: Schema): (number | undefined)[] {
  const known = ABSENT.get(schema);
  if (known) return known;
  const numbers = schema.features.map((_, column) => (isOptional(schema, column) ? readCell(schema, column, null, false) : undefined));
  ABSENT.set(schema, numbers);
  return numbers;
}

/** For a row in which a feature is missing: the names in it that are none, most likely that feature's under another spelling. */
function strangersIn(schema: Schema, names: readonly string[] = []): string[] {
  const { columns } = namesIn(schema);
  const found: string[] = [];
  for (const name of names) {
    if (columns.has(name)) continue;
    found.push(name);
    if (found.length === MOST_STRANGERS) break;
  }
  return found;
}
