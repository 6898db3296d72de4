import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Level } from '../../../shared/schema/features.ts';
import { type ContrastColumn, indicators, MAX_LEVELS, readContrasts } from '../../formula/contrasts.ts';
import { FormulaReader } from '../../formula/formula.ts';
import { type Coded, type CodedColumn, contrastNames, type MatrixColumn, modelMatrix, productOf } from '../../formula/model-matrix.ts';
import { remap } from '../../formula/remap.ts';
import { FormulaSplines } from '../../formula/splines.ts';
import type { Terms, Variable } from '../../formula/terms.ts';
import { attributesOf, element, listOf, type RValue, textsOf } from '../../rds/values.ts';
import { contrastValue } from '../../steps/dummy.ts';
import type { Arranged, Frame } from '../../steps/frame.ts';
import { addSplines } from '../workflow/formula.ts';

/** What a model matrix is made of beside the terms: the levels of its factors, their contrasts, and what an unordered factor has without. */
export type Coding = {
  levels: Map<string, Level[]>;
  contrasts?: RValue | undefined;
  /** The contrasts of a factor that names none, if it is unordered; `levels`: a column for each level. */
  standard: 'contr.treatment' | 'levels';
  /** The names that R gave to the columns; where there are none they are made as R makes them. */
  names?: string[] | undefined;
};

/**
 * Changes a frame into R's model matrix of its columns, without the intercept. Variables of an offset are left out, as model.matrix()
 * does. Throws a ModelError for what the file does not say.
 */
export function applyMatrix(frame: Frame, terms: Terms, coding: Coding, label: string): MatrixColumn[] {
  const splines = new FormulaSplines();
  const data = new Set(frame.columns.map(({ name }) => name));
  const reader = new FormulaReader({ ...terms, data }, coding.levels, label, splines);
  const coded = terms.variables.map((variable, at): Coded | undefined => {
    const isUsed = terms.factors.some((pattern) => pattern[at]! > 0);
    return isUsed ? code(reader, variable, coding, label) : undefined;
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

/** A variable of the model frame as columns with R's names. */
function code(reader: FormulaReader, variable: Variable, { levels: known, contrasts, standard }: Coding, label: string): Coded {
  const { value, kind } = variable;
  const at = `${label}, variable ${variable.name}`;
  const name = value.type === 'symbol' ? quoted(variable.name) : variable.name;
  const levels = known.get(variable.name);
  if (kind === 'logical' || levels) {
    const labels = levels ?? ['FALSE', 'TRUE'];
    if (labels.length > MAX_LEVELS) throw new ModelError(at, `${labels.length} levels`, `at most ${MAX_LEVELS}`);
    const place = reader.category(levels ? { ...variable, kind: 'factor' } : variable, levels);
    const all = columnsOf(contrastNames(name, labels, 'levels'), indicators(labels.length), place);
    const chosen = contrasts && element(contrasts, variable.name);
    if (!chosen && standard === 'levels' && kind !== 'ordered') return { contrasts: all, levels: all };
    const used: RValue = chosen ?? { type: 'character', values: [kind === 'ordered' ? 'contr.poly' : 'contr.treatment'] };
    const matrix = readContrasts(used, labels.length, `${at}'s contrasts`);
    return { contrasts: columnsOf(namesOfContrasts(name, labels, used, matrix.length), matrix, place), levels: all };
  }
  if (kind === 'factor' || kind === 'ordered' || kind === 'character') throw new ModelError(at, 'a factor without its levels', 'xlevels');
  const columns = reader.columns(variable);
  // model.matrix numbers the columns of a matrix that has no names, and poly()'s are numbers.
  const isCounted = columns.length > 1 || /^poly\(/.test(name);
  return { contrasts: columns.map((value, place) => ({ name: isCounted ? `${name}${place + 1}` : name, value })), levels: undefined };
}

function columnsOf(names: string[], columns: ContrastColumn[], place: Expression): CodedColumn[] {
  return columns.map((column, at) => ({ name: names[at] as string, value: contrastValue(place, column) }));
}

/** A variable's name as R puts it into a formula. */
function quoted(name: string): string {
  return /^(?:\p{L}|\.(?!\d))[\p{L}\p{N}._]*$/u.test(name) ? name : `\`${name}\``;
}

/** The names of the columns of contrasts: those of their matrix, else by the function's name. */
function namesOfContrasts(name: string, labels: Level[], contrasts: RValue, count: number): string[] {
  if (contrasts.type === 'character') {
    const [by] = contrasts.values;
    if (by === 'contr.treatment') return contrastNames(name, labels, 'treatment');
    if (by === 'contr.SAS') return contrastNames(name, labels, 'levels').slice(0, -1);
    if (by === 'contr.poly') return contrastNames(name, labels, 'poly');
  }
  const dimnames = attributesOf(contrasts).get('dimnames');
  const names = dimnames ? listOf(dimnames, `the contrasts of ${name}`)[1] : undefined;
  const columnNames = names?.type === 'character' ? textsOf(names, `the contrasts of ${name}`) : undefined;
  return Array.from({ length: count }, (_, at) => `${name}${columnNames?.[at] ?? at + 1}`);
}
