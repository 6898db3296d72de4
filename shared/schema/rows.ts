import { MAX_PROBLEMS, type Problem, RequestError } from '../errors.ts';
import { adviceFor, complaint, detail, missing, roundedComplaint } from './complaints.ts';
import type { Schema } from './features.ts';
import { otherForms } from './look-alikes.ts';
import { readCell } from './values.ts';

/** Most names of a row that are no features which are looked at for each feature that is missing: a body may have hundreds of thousands. */
const MOST_STRANGERS = 1_000;

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
  names?(row: number): string[];
  /** A form that would be read, for a body that has no feature of the model. */
  instead?: string;
  /** Numbers of the body that were rounded to a whole one, by it: no integer64 has such a value. */
  rounded?: ReadonlyMap<number, string> | undefined;
  /** What is wrong with a row as a whole, so that its cells are not known. */
  misfit?(row: number): Problem | undefined;
};

/**
 * The numeric rows of a request, row after row in the order of the schema's features (NaN: missing). Throws a 422 that
 * lists everything wrong, `others` among it, up to 100 problems, each with its path.
 */
export function readRows(schema: Schema, cells: Cells, others: Problem[] = []): Float64Array {
  const width = schema.features.length;
  schema.beginTexts?.();
  const rows = new Float64Array(cells.rows * width);
  const problems = others.slice(0, MAX_PROBLEMS);
  let found = others.length;
  let advice: string | undefined;
  const names = namesOfRows(schema, cells);
  const message = (row: number, column: number, value: unknown, spelt: string | undefined) => {
    if (spelt !== undefined) return roundedComplaint(schema, column, spelt);
    if (value !== undefined) return complaint(schema, column, value, cells.text);
    const strangers = names.strangers(row);
    return missing(schema, column, strangers, strangers.length < MOST_STRANGERS);
  };
  const isOptional = (column: number) => schema.takesMissing && schema.features[column]?.required !== true;
  for (let row = 0; row < cells.rows; row += 1) {
    const misfit = cells.misfit?.(row);
    if (misfit) {
      found += 1;
      if (problems.length < MAX_PROBLEMS) problems.push(misfit);
      continue;
    }
    for (let column = 0; column < width; column += 1) {
      let value = cells.cell(row, column);
      if (value === undefined && cells.columnar && row > 0) continue;
      // R's jsonlite leaves the key of a missing value out. Beside a key that is no feature it is more likely misspelt.
      if (value === undefined && isOptional(column) && !cells.columnar && names.areFeatures(row)) value = null;
      const spelt = cells.rounded && schema.features[column]?.type === 'integer64' ? cells.rounded.get(value as number) : undefined;
      const number = value === undefined || spelt !== undefined ? undefined : readCell(schema, column, value, cells.text);
      if (number !== undefined) {
        rows[row * width + column] = number;
        continue;
      }
      found += 1;
      // Only what is reported is put into words, since there may be millions.
      if (problems.length >= MAX_PROBLEMS) continue;
      problems.push({ path: cells.path(row, column), message: message(row, column, value, spelt) });
      advice ??= adviceFor(schema, column, value, cells.text);
    }
  }
  if (found > 0) throw new RequestError(422, detail(schema, problems, found, cells.instead), problems, {}, advice);
  return rows;
}

/** For a row in which a feature is missing: the names in it that are none, most likely that feature's under another spelling. */
function namesOfRows(schema: Schema, cells: Cells): { strangers(row: number): string[]; areFeatures(row: number): boolean } {
  // Made at the first such row: most requests have none.
  let known: Set<string> | undefined;
  let last = -1;
  let found: string[] = [];
  const strangers = (row: number) => {
    if (row === last) return found;
    last = row;
    if (!known) {
      const names = schema.features.map(({ name }) => name);
      known = new Set([...names, ...otherForms(names).flat()]);
    }
    const features = known;
    found = [];
    for (const name of cells.names?.(row) ?? []) {
      if (features.has(name)) continue;
      found.push(name);
      if (found.length === MOST_STRANGERS) break;
    }
    return found;
  };
  return { strangers, areFeatures: (row) => cells.names !== undefined && strangers(row).length === 0 };
}
