import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import { contrastValue } from '../formula/coding.ts';
import { indicators, readContrasts } from '../formula/contrasts.ts';
import type { FormulaReader } from '../formula/formula.ts';
import { type Coded, type CodedColumn, contrastNames } from '../formula/model-matrix.ts';
import type { Variable } from '../formula/terms.ts';
import type { Frame } from './frame.ts';

/** How factors become columns: R's contrasts, none (they stay factors), or a column for each level. */
export type Indicators = 'traditional' | 'none' | 'one_hot';

type Context = { frame: Frame; kept: Indicators; label: string };

/** A variable of the model frame as columns with their names: a factor by R's default contrasts. Throws a ModelError for a factor that the formula makes. */
export function codeVariable(reader: FormulaReader, variable: Variable, { frame, kept, label }: Context): Coded {
  const { name, kind } = variable;
  const column = variable.value.type === 'symbol' && frame.has(variable.value.name) ? frame.column(variable.value.name, label) : undefined;
  const isLogical = kind === 'logical' || column?.kind === 'logical';
  if (isLogical || (column && 'levels' in column)) {
    const levels = column && 'levels' in column ? column.levels : ['FALSE', 'TRUE'];
    const isOrdered = column?.kind === 'ordered';
    const place = isLogical ? reader.category({ ...variable, kind: 'logical' }, undefined) : reader.category(variable, levels);
    const all = named(
      contrastNames(name, levels, 'levels'),
      indicators(levels.length).map((row) => contrastValue(place, row)),
    );
    if (kept === 'one_hot' && !isOrdered && !isLogical) return { contrasts: all, levels: all };
    const type = isOrdered ? 'contr.poly' : 'contr.treatment';
    const matrix = readContrasts({ type: 'character', values: [type] }, levels.length, `${label}, column ${name}`, {
      tables: reader.tables,
    });
    const names = contrastNames(name, levels, isOrdered ? 'poly' : 'treatment');
    return {
      contrasts: named(
        names,
        matrix.map((row) => contrastValue(place, row)),
      ),
      levels: all,
    };
  }
  if (kind === 'factor' || kind === 'ordered' || kind === 'character')
    throw new ModelError(
      `${label}, variable ${name}`,
      'a factor that the formula makes',
      'a factor in the training data, or step_mutate()',
    );
  const columns = reader.columns(variable);
  // model.matrix names the columns of a matrix after the matrix's names, and poly()'s are counted.
  const isCounted = columns.length > 1 || /^poly\(/.test(name);
  return {
    contrasts: named(
      columns.map((_, at) => (isCounted ? `${name}${at + 1}` : name)),
      columns,
    ),
    levels: undefined,
  };
}

function named(names: string[], values: Expression[]): CodedColumn[] {
  return values.map((value, at) => ({ name: names[at] as string, value }));
}
