import { ModelError } from '../../shared/errors.ts';
import type { Level } from '../../shared/schema/features.ts';
import { attributesOf, element, levelsOf, listOf, type RValue, textOf } from '../rds/values.ts';
import type { LevelColumn, NewColumn } from './frame.ts';
import {
  builtinName,
  factorLevels,
  flag,
  member,
  namedNumbers,
  namesOf,
  recode,
  type StepContext,
  type StepReader,
  texts,
} from './step-values.ts';

/** Steps that give a factor or a text other levels, or a number levels. */
export const LEVEL_STEPS: StepReader = {
  steps: [
    ...['step_other', 'step_novel', 'step_unknown', 'step_integer', 'step_factor2string', 'step_string2factor', 'step_bin2factor'],
    ...['step_ordinalscore', 'step_unorder', 'step_relevel', 'step_num2factor'],
  ],
  read: (step, context) => {
    const set = COLUMNS[context.of]!(step, context);
    context.frame.change(context.of, { set });
  },
};

type Columns = (step: RValue, context: StepContext) => NewColumn[];

/** The columns that a step's `objects` name, each with its object. */
function objects(
  step: RValue,
  { frame, label }: StepContext,
  make: (column: LevelColumn, object: RValue) => NewColumn | undefined,
): NewColumn[] {
  const found = element(step, 'objects');
  const parts = found && 'values' in found && found.values.length > 0 ? listOf(found, `${label}'s objects`) : [];
  return namesOf(found, `${label}'s objects`).flatMap((name, at) => {
    const made = make(frame.levels(name, label), parts[at] as RValue);
    return made ? [made] : [];
  });
}

/** The columns that a step names. */
function each(step: RValue, { frame, label }: StepContext, make: (column: LevelColumn) => NewColumn): NewColumn[] {
  return texts(element(step, 'columns'), `${label}'s columns`).map((name) => make(frame.levels(name, label)));
}

const COLUMNS: Record<string, Columns> = {
  step_other: (step, context) =>
    objects(step, context, (column, object) => {
      const { frame, label } = context;
      if (!flag(object, 'collapse', false)) return undefined;
      const keep = texts(element(object, 'keep'), `${label}'s levels`);
      const levels = [...keep, textOf(element(object, 'other'), `${label}'s other`)];
      const value = recode(frame.value(column.name, label), column, levels, { beyond: levels.length });
      return { name: column.name, kind: 'factor', levels, value };
    }),
  step_novel: (step, context) =>
    objects(step, context, (column, object) => {
      const { frame, label } = context;
      const levels = [...knownLevels(object, label), textOf(member(step, 'new_level', label), `${label}'s new_level`)];
      const value = recode(frame.value(column.name, label), column, levels, { beyond: levels.length });
      return { name: column.name, kind: kindOf(object), levels, value };
    }),
  step_unknown: (step, context) =>
    objects(step, context, (column, object) => {
      const { frame, label } = context;
      const levels = [...knownLevels(object, label), textOf(member(step, 'new_level', label), `${label}'s new_level`)];
      const value = recode(frame.value(column.name, label), column, levels, { missing: levels.length });
      return { name: column.name, kind: kindOf(object), levels, value };
    }),
  step_relevel: (step, context) =>
    objects(step, context, (column) => {
      const { frame, label } = context;
      const first = textOf(member(step, 'ref_level', label), `${label}'s ref_level`);
      if (!column.levels.includes(first))
        throw new ModelError(`${label}, column ${column.name}`, `the level "${first}"`, 'one of its levels');
      const levels = [first, ...column.levels.filter((level) => level !== first)];
      return { name: column.name, kind: 'factor', levels, value: recode(frame.value(column.name, label), column, levels) };
    }),
  step_integer: integers,
  step_factor2string: (step, context) =>
    each(step, context, ({ name, levels }) => ({ name, kind: 'text', levels, value: context.frame.value(name, context.label) })),
  step_string2factor: stringsToFactors,
  step_bin2factor: binaries,
  step_num2factor: numbers,
  step_ordinalscore: (step, context) => {
    const convert = element(step, 'convert');
    if (!['as.double', 'as.numeric', 'as.integer'].includes(builtinName(convert) ?? ''))
      throw new ModelError(
        `${context.label}'s convert`,
        builtinName(convert) ?? 'a function that a user wrote',
        'as.numeric, its default, or as.integer',
      );
    return each(step, context, ({ name }) => ({ name, kind: 'integer', value: context.frame.value(name, context.label) }));
  },
  step_unorder: (step, context) =>
    each(step, context, ({ name, levels }) => ({ name, kind: 'factor', levels, value: context.frame.value(name, context.label) })),
};

function knownLevels(object: RValue, label: string): Level[] {
  return levelsOf(object, `${label}'s levels`);
}

function kindOf(object: RValue): 'factor' | 'ordered' {
  const isOrdered = attributesOf(object).get('is_ordered');
  return isOrdered?.type === 'logical' && isOrdered.values[0] === 1 ? 'ordered' : 'factor';
}

/** recipes' map_key_to_int(): a label that training did not have is 0, or one more than the last with `zero_based`. */
function integers(step: RValue, { frame, label }: StepContext): NewColumn[] {
  const key = element(step, 'key');
  return namesOf(key, `${label}'s key`).map((name): NewColumn => {
    const table = key && element(key, name);
    const column = frame.levels(name, label);
    const labels = texts(table && element(table, 'value'), `${label}'s key of ${name}`);
    const numbers = table && element(table, 'integer');
    const places = numbers && (numbers.type === 'double' || numbers.type === 'integer') ? Array.from(numbers.values) : [];
    if (places.length !== labels.length)
      throw new ModelError(`${label}'s key of ${name}`, `${places.length} numbers`, String(labels.length));
    const known = new Map<Level, number>(labels.map((label, at) => [label, places[at]!]));
    const beyond = flag(step, 'zero_based', false) ? places.reduce((most, place) => Math.max(most, place), 0) + 1 : 0;
    const values = column.levels.map((level) => known.get(level) ?? beyond);
    return { name, kind: 'integer', value: { pick: frame.value(name, label), values, missing: null, beyond } };
  });
}

/** Texts become factors of the levels of training; a factor stays as it is. */
function stringsToFactors(step: RValue, { frame, label }: StepContext): NewColumn[] {
  const found = element(step, 'levels');
  const names = namedNumbers(element(step, 'ordered'), `${label}'s ordered`).map(([name]) => name);
  return names.flatMap((name): NewColumn[] => {
    const column = frame.levels(name, label);
    if (column.kind !== 'text') return [];
    const levels = factorLevels(found?.type === 'list' ? element(found, name) : found, `${label}'s levels of ${name}`);
    const kind = flag(step, 'ordered', false) ? 'ordered' : 'factor';
    return [{ name, kind, levels, value: recode(frame.value(name, label), column, levels) }];
  });
}

/** A 1 is the first of two levels, any other number the second. */
function binaries(step: RValue, { frame, label }: StepContext): NewColumn[] {
  const given = texts(element(step, 'levels'), `${label}'s levels`);
  const levels = flag(step, 'ref_first', true) ? given : [...given].reverse();
  return texts(element(step, 'columns'), `${label}'s columns`).map((name): NewColumn => {
    const isOne = { call: '==', of: [frame.number(name, label), 1] };
    const [yes, no] = [levels.indexOf(given[0] as string) + 1, levels.indexOf(given[1] as string) + 1];
    return { name, kind: 'factor', levels, value: { call: 'ifelse', of: [isOne, yes, no] } };
  });
}

/** Whole numbers as the places of levels. Its `transform` is a function: that it changes nothing has to be proved by training rows. */
function numbers(step: RValue, { frame, label }: StepContext): NewColumn[] {
  const found = element(step, 'levels');
  const levels = texts(found && (found.type === 'list' ? element(found, '..levels') : found), `${label}'s levels`);
  const names = namedNumbers(element(step, 'ordered'), `${label}'s ordered`).map(([name]) => name);
  if (names.length > 0) frame.needsProof(`${label}'s transform`);
  const kind = flag(step, 'ordered', false) ? 'ordered' : 'factor';
  return names.map((name): NewColumn => {
    const place = { call: 'trunc', of: [frame.number(name, label)] };
    return { name, kind, levels, value: { pick: place, values: levels.map((_, at) => at + 1), missing: null, beyond: null } };
  });
}
