import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import { type Coding, codeNamed } from '../../formula/coding.ts';
import { FormulaReader } from '../../formula/formula.ts';
import { type Coded, type MatrixColumn, modelMatrix, productOf } from '../../formula/model-matrix.ts';
import { remap } from '../../formula/remap.ts';
import { FormulaSplines } from '../../formula/splines.ts';
import type { Terms } from '../../formula/terms.ts';
import type { Arranged, Frame } from '../../steps/frame.ts';
import { addSplines } from '../workflow/formula.ts';

/**
 * Changes a frame into R's model matrix of its columns, without the intercept. Variables of an offset are left out, as model.matrix()
 * does. Throws a ModelError for what the file does not say.
 */
export function applyMatrix(frame: Frame, terms: Terms, coding: Coding, label: string): MatrixColumn[] {
  const splines = new FormulaSplines();
  const reader = new FormulaReader({ ...terms, data: frame.names }, coding.levels, label, splines);
  const coded = terms.variables.map((variable, at): Coded | undefined => {
    const isUsed = terms.factors.some((pattern) => pattern[at]! > 0);
    return isUsed ? codeNamed(reader, variable, coding, label) : undefined;
  });
  const columns = modelMatrix(terms, coded, label).filter(({ factors }) => factors.length > 0);
  const names = namesOf(columns, coding.names, label);
  const values = reader.features.map(({ name }) => frame.value(name, label));
  const valueAt = (place: number) => values[place] as Expression;
  const count = addSplines(frame, splines, valueAt);
  frame.arrange(
    'formula',
    columns.map((column, at): Arranged => {
      const value = remap(productOf(column), (place) => splines.column(place, count) ?? valueAt(place));
      const name = names[at] as string;
      const isPlain = typeof value === 'object' && 'feature' in value && frame.columns[value.feature]?.name === name;
      return isPlain ? { column: frame.column(name, label), place: value.feature } : { column: { name, kind: 'number' }, value };
    }),
  );
  return columns;
}

/** The names that R gave, once they are those of the columns that are made here; R puts backticks around some. */
function namesOf(columns: MatrixColumn[], given: string[] | undefined, label: string): string[] {
  if (!given) return columns.map(({ name }) => name);
  const bare = (name: string | undefined) => name?.replaceAll('`', '');
  const wrong = columns.findIndex(({ name }, at) => bare(name) !== bare(given[at]));
  if (wrong < 0 && given.length === columns.length) return given;
  const found = wrong < 0 ? `${given.length} columns` : `the column "${given[wrong]}" at place ${wrong + 1}`;
  throw new ModelError(
    `${label}'s matrix`,
    found,
    wrong < 0 ? String(columns.length) : `"${columns[wrong]?.name}", as its formula makes it`,
  );
}
