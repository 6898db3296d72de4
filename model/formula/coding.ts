import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import type { Level } from '../../shared/schema/features.ts';
import { attributesOf, element, listOf, type RValue, textsOf } from '../rds/values.ts';
import { type ContrastColumn, indicators, MAX_LEVELS, readContrasts } from './contrasts.ts';
import type { FormulaReader } from './formula.ts';
import { type Coded, type CodedColumn, contrastNames } from './model-matrix.ts';
import type { Variable } from './terms.ts';

/** What a model matrix is made of beside the terms: the levels of its factors, their contrasts, and what an unordered factor has without. */
export type Coding = {
  levels: Map<string, Level[]>;
  contrasts?: RValue | undefined;
  /** The contrasts of a factor that names none, if it is unordered; `levels`: a column for each level. */
  standard: 'contr.treatment' | 'levels';
  /** The names that R gave to the columns; where there are none they are made as R makes them. */
  names?: string[] | undefined;
};

/** A variable of the model frame as columns with R's names. */
export function codeNamed(reader: FormulaReader, variable: Variable, { levels: known, contrasts, standard }: Coding, label: string): Coded {
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
    const matrix = readContrasts(used, labels.length, `${at}'s contrasts`, { tables: reader.tables });
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

/** A contrast's value at a level's place. */
export function contrastValue(place: Expression, column: ContrastColumn): Expression {
  return typeof column === 'number' ? { is: place, level: column } : { table: place, values: column };
}
