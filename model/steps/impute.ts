import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import { element, type RValue, textOf, textsOf } from '../rds/values.ts';
import { finiteNumber, type LevelColumn, MISSING_VALUE, type NewColumn } from './frame.ts';
import { member, namedNumbers, namesOf, type StepContext, type StepReader, texts } from './step-values.ts';

/** Steps that put a value of training where one is missing, and step_indicate_na(), which says where. */
export const IMPUTE_STEPS: StepReader = {
  steps: ['step_impute_mean', 'step_impute_median', 'step_impute_mode', 'step_impute_lower', 'step_indicate_na'],
  read: (step, context) => {
    const { frame, of } = context;
    if (of === 'step_indicate_na') frame.change(of, { add: indicators(step, context) });
    else if (of === 'step_impute_mode') frame.change(of, { set: modes(step, context) });
    else if (of === 'step_impute_lower') frame.change(of, { set: limits(step, context) });
    else frame.change(of, { set: means(step, context) });
  },
};

function means(step: RValue, { frame, of, label }: StepContext): NewColumn[] {
  const part = of === 'step_impute_mean' ? 'means' : 'medians';
  return namedNumbers(element(step, part), `${label}'s ${part}`).map(([name, mean]): NewColumn => {
    const column = frame.column(name, label);
    if ('levels' in column) throw new ModelError(label, `a mean of the ${column.kind} "${name}"`, 'a column of numbers');
    return { ...column, value: { call: 'coalesce', of: [frame.value(name, label), finiteNumber(mean, label)] } };
  });
}

function modes(step: RValue, { frame, label }: StepContext): NewColumn[] {
  const found = element(step, 'modes');
  const labels = texts(found, `${label}'s modes`);
  return namesOf(found, `${label}'s modes`).map((name, at): NewColumn => {
    const column = frame.levels(name, label);
    const place = column.levels.indexOf(labels[at] as string) + 1;
    if (place === 0) throw new ModelError(`${label}, column ${name}`, `the mode "${labels[at]}"`, 'one of its levels');
    return { ...column, value: keepLevels(frame.value(name, label), column, place) };
  });
}

/** A column of levels as it is, with a place where a value is missing. A text beyond those of training stays one. */
function keepLevels(value: Expression, { kind, levels }: LevelColumn, missing: number): Expression {
  if (kind === 'text') return { call: 'coalesce', of: [value, missing] };
  return { pick: value, values: levels.map((_, at) => at + 1), missing, beyond: null };
}

/** Values at or below the limit are random numbers in R: they have no value here. */
function limits(step: RValue, { frame, label }: StepContext): NewColumn[] {
  return namedNumbers(element(step, 'threshold'), `${label}'s threshold`).map(([name, limit]): NewColumn => {
    const value = frame.number(name, label);
    const isBelow: Expression = { call: '<=', of: [value, finiteNumber(limit, label)] };
    return { name, kind: 'number', value: { call: 'ifelse', of: [isBelow, MISSING_VALUE, value] } };
  });
}

function indicators(step: RValue, { frame, label }: StepContext): NewColumn[] {
  const prefix = textOf(member(step, 'prefix', label), `${label}'s prefix`);
  const columns = element(step, 'columns');
  const names = columns ? textsOf(columns, `${label}'s columns`) : [];
  return names.map((name): NewColumn => {
    return { name: `${prefix}_${name}`, kind: 'integer', value: { call: 'is.na', of: [frame.value(name, label)] } };
  });
}
