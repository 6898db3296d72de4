import { ModelError } from '../errors.ts';
import { checkExpressions, compile, type Expression, featuresOf } from '../expressions/expressions.ts';
import { FUNCTIONS, functionsFor } from '../expressions/functions.ts';
import type { Level, Schema } from '../schema/features.ts';
import type { Column, Compute, StepKind } from './kind.ts';
import { PIPELINE_FUNCTIONS, pipelineFunctionsFor } from './pipeline-functions.ts';

/** A column that a step makes: its name, its value for a row, and its levels where the value is a level's place. */
export type MadeColumn = { name: string; value: Expression; levels?: Level[] };
/**
 * Columns of a data frame after most of a recipe's steps (step_normalize, step_dummy, step_mutate ...): each is the place of a
 * column that goes through, or made from the columns that come in. `of` is R's name of the step.
 */
export type ColumnsStep = { step: 'columns'; of: string; columns: (number | MadeColumn)[] };

/** What expressions of a pipeline may call. */
const CALLS = { ...FUNCTIONS, ...PIPELINE_FUNCTIONS };
/** Most columns that a step may give. */
export const MAX_COLUMNS = 100_000;

/** Columns that are kept, dropped or computed, one by one. */
export const COLUMNS: StepKind<ColumnsStep> = {
  step: 'columns',
  check: ({ columns }, schema, label) => {
    if (!Array.isArray(columns) || columns.length === 0 || columns.length > MAX_COLUMNS)
      throw new ModelError(`${label}'s columns`, 'another list', `1 to ${MAX_COLUMNS} columns`);
    const made = columns.filter((column): column is MadeColumn => typeof column !== 'number');
    for (const column of columns) {
      const isPlace = typeof column === 'number' && Number.isInteger(column) && column >= 0 && column < schema.features.length;
      if (!isPlace && !isMade(column))
        throw new ModelError(`${label}'s columns`, 'another form', 'places, and columns with name and value');
    }
    checkExpressions(
      made.map(({ value }) => value),
      schema,
      `${label}'s columns`,
      CALLS,
    );
  },
  columns: ({ columns }, schema) =>
    columns.map((column): Column => {
      if (typeof column === 'number') return schema.features[column]!;
      const { name, levels } = column;
      return levels ? { name, type: 'factor', levels, computed: true } : { name, type: 'number', computed: true };
    }),
  compile: (step, schema) => compileRun([step], [schema]),
  compileRun,
  source: ({ columns }, place) => {
    const column = columns[place];
    return typeof column === 'number' ? column : undefined;
  },
  uses: ({ columns }, place) => {
    const column = columns[place]!;
    return typeof column === 'number' ? [column] : featuresOf(column.value);
  },
};

/**
 * Steps one after the other in one table: the columns that come in, then each made column that is needed at the end. A column that goes
 * through keeps its place, so that no step copies what it does not change.
 */
function compileRun(steps: readonly ColumnsStep[], schemas: readonly Schema[]): Compute {
  const from = schemas[0]!.features.length;
  let width = from;
  // The place of each column in the table, step after step.
  let places = Array.from({ length: from }, (_, at) => at);
  const made: { value: Expression; schema: Schema; places: readonly number[]; to: number }[] = [];
  steps.forEach(({ columns }, at) => {
    const before = places;
    places = columns.map((column) => {
      if (typeof column === 'number') return before[column]!;
      made.push({ value: column.value, schema: schemas[at]!, places: before, to: width });
      width += 1;
      return width - 1;
    });
  });
  const { libm } = schemas[0]!;
  const calls = { ...functionsFor(libm), ...pipelineFunctionsFor(libm) };
  const needed = neededOf(made, places);
  const evaluate = made.flatMap((one) =>
    needed.has(one.to) ? { to: one.to, value: compile(one.value, one.schema, calls, one.places) } : [],
  );
  const last = Int32Array.from(places);
  let table = new Float64Array(0);
  return (rows, count) => {
    if (table.length < count * width) table = new Float64Array(count * width);
    for (let row = 0; row < count; row += 1) for (let at = 0; at < from; at += 1) table[row * width + at] = rows[row * from + at]!;
    for (const { to, value } of evaluate) for (let row = 0; row < count; row += 1) table[row * width + to] = value(table, row * width);
    const out = new Float64Array(count * last.length);
    for (let row = 0; row < count; row += 1)
      for (let at = 0; at < last.length; at += 1) out[row * last.length + at] = table[row * width + last[at]!]!;
    return out;
  };
}

/** The places of a run's table that its last columns need, directly or for another made column. */
function neededOf(made: readonly { value: Expression; places: readonly number[]; to: number }[], last: readonly number[]): Set<number> {
  const needed = new Set(last);
  for (const { value, places, to } of made.toReversed())
    if (needed.has(to)) for (const place of featuresOf(value)) needed.add(places[place]!);
  return needed;
}

function isMade(column: unknown): column is MadeColumn {
  const { name, value, levels } = (column ?? {}) as Partial<MadeColumn>;
  const isLevel = (level: unknown) => typeof level === 'string' || level === null;
  return typeof name === 'string' && value !== undefined && (levels === undefined || (Array.isArray(levels) && levels.every(isLevel)));
}

/** The names of a schema's columns, for an error or a description. */
export function columnNames({ features }: Pick<Schema, 'features'>): string[] {
  return features.map(({ name }) => name);
}
