import { ModelError } from '../../shared/errors.ts';
import { contrastValue } from '../formula/coding.ts';
import { type ContrastColumn, ContrastTables, indicators, MAX_LEVELS, readContrasts } from '../formula/contrasts.ts';
import { makeName } from '../rds/names.ts';
import { attributesOf, listOf, numbersOf, type RValue, textsOf } from '../rds/values.ts';
import type { NewColumn } from './frame.ts';
import { numberedNames } from './r-names.ts';
import { flag, member, namesOf, recode, type StepContext, type StepReader } from './step-values.ts';

/** step_dummy(): a factor as columns of its contrasts, or one for each level. */
export const DUMMY_STEPS: StepReader = {
  steps: ['step_dummy'],
  read: (step, context) => {
    const { frame, of, label } = context;
    const levels = member(step, 'levels', label);
    const names = namesOf(levels, `${label}'s levels`);
    const parts = names.length === 0 ? [] : listOf(levels, `${label}'s levels`);
    const all = { ...context, tables: new ContrastTables() };
    const add = names.flatMap((name, at) => dummies(name, parts[at] as RValue, flag(step, 'one_hot', false), all));
    for (const { name } of add) frame.guessedNames.add(name);
    const isKept = flag(step, 'preserve', false) && flag(step, 'keep_original_cols', false);
    frame.change(of, { add, drop: isKept ? [] : names });
  },
};

/** `tables`: the contrasts of all factors of the step. */
function dummies(
  name: string,
  terms: RValue,
  isOneHot: boolean,
  { frame, label, tables }: StepContext & { tables: ContrastTables },
): NewColumn[] {
  const at = `${label}, column ${name}`;
  const attributes = attributesOf(terms);
  const values = textsOf(attributes.get('values'), `${at}'s levels`);
  if (values.length < 2 || values.length > MAX_LEVELS) throw new ModelError(at, `${values.length} levels`, `2 to ${MAX_LEVELS}`);
  const isOrdered = textsOf(attributes.get('dataClasses'), `${at}'s class`)[0] === 'ordered';
  const hasIntercept = numbersOf(attributes.get('intercept'), `${at}'s intercept`)[0] === 1;
  // The contrasts that R has by default: those of training are not kept.
  const contrasts = (type: string) => readContrasts({ type: 'character', values: [type] }, values.length, at, { tables });
  const columns: ContrastColumn[] = hasIntercept ? contrasts(isOrdered ? 'contr.poly' : 'contr.treatment') : indicators(values.length);
  const place = recode(frame.value(name, at), frame.levels(name, at), values);
  const labels = isOneHot || !hasIntercept ? values : values.slice(1);
  const made = isOrdered ? numberedNames(columns.length, `${name}_`) : labels.map((label) => `${name}_${makeName(label)}`);
  return columns.map((column, index): NewColumn => {
    return { name: made[index] as string, kind: 'number', value: contrastValue(place, column) };
  });
}
