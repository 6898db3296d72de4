import { ModelError } from '../errors.ts';
import { checkExpressions, compile, type Expression } from '../expressions/expressions.ts';
import { FUNCTIONS, functionsFor } from '../expressions/functions.ts';
import type { Level, Schema } from '../schema/features.ts';
import type { Column, StepKind } from './kind.ts';
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
  compile: ({ columns }, schema) => {
    const [from, to] = [schema.features.length, columns.length];
    const calls = { ...functionsFor(schema.libm), ...pipelineFunctionsFor(schema.libm) };
    const evaluate = columns.map((column) => (typeof column === 'number' ? undefined : compile(column.value, schema, calls)));
    return (rows, count) => {
      const out = new Float64Array(count * to);
      columns.forEach((column, at) => {
        const value = evaluate[at];
        if (value) for (let row = 0; row < count; row += 1) out[row * to + at] = value(rows, row * from);
        else for (let row = 0; row < count; row += 1) out[row * to + at] = rows[row * from + (column as number)]!;
      });
      return out;
    };
  },
  source: ({ columns }, place) => {
    const column = columns[place];
    return typeof column === 'number' ? column : undefined;
  },
};

function isMade(column: unknown): column is MadeColumn {
  const { name, value, levels } = (column ?? {}) as Partial<MadeColumn>;
  const isLevel = (level: unknown) => typeof level === 'string' || level === null;
  return typeof name === 'string' && value !== undefined && (levels === undefined || (Array.isArray(levels) && levels.every(isLevel)));
}

/** The names of a schema's columns, for an error or a description. */
export function columnNames({ features }: Pick<Schema, 'features'>): string[] {
  return features.map(({ name }) => name);
}
