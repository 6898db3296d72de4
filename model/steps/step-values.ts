import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import type { Level } from '../../shared/schema/features.ts';
import { attributesOf, classOf, element, listOf, NA_INTEGER, numbersOf, type RValue, textsOf } from '../rds/values.ts';
import type { Frame, LevelColumn } from './frame.ts';

/** What reads some of recipes' steps. One object a kind or a few, listed in steps.ts. */
export type StepReader = {
  /** R's classes of the steps that it reads: step_dummy. */
  steps: readonly string[];
  /** Changes the frame as the trained step does. Throws a ModelError that names what is not served. */
  read(step: RValue, context: StepContext): void;
};

/** A trained step's place: the frame that comes in, R's name of the step, and what names it in errors. */
export type StepContext = { frame: Frame; of: string; label: string };

/** A member of a step. Throws where it is not there. */
export function member(step: RValue, name: string, label: string): RValue {
  const found = element(step, name);
  if (!found) throw new ModelError(`${label}'s ${name}`, 'nothing', 'a trained step');
  return found;
}

/** Names of a member's elements: those of the columns that a step was trained for. */
export function namesOf(value: RValue | undefined, label: string): string[] {
  if (value === undefined || !('values' in value) || value.values.length === 0) return [];
  const names = textsOf(attributesOf(value).get('names'), `${label}'s names`);
  if (names.length !== value.values.length) throw new ModelError(`${label}'s names`, `${names.length} names`, `${value.values.length}`);
  return names;
}

/** A character vector that may be absent or empty. */
export function texts(value: RValue | undefined, label: string): string[] {
  if (value === undefined || !('values' in value) || value.values.length === 0) return [];
  return textsOf(value, label);
}

/** A logical member; what it is where the file does not have it. */
export function flag(step: RValue, name: string, standard: boolean): boolean {
  const found = element(step, name);
  if (found?.type !== 'logical' || found.values.length === 0) return standard;
  return found.values[0] !== 0 && found.values[0] !== NA_INTEGER;
}

/** One number of a member. */
export function number(step: RValue, name: string, label: string, standard?: number): number {
  const found = element(step, name);
  if (!found && standard !== undefined) return standard;
  const [value] = numbersOf(found, `${label}'s ${name}`);
  if (value === undefined || !Number.isFinite(value)) throw new ModelError(`${label}'s ${name}`, String(value), 'a finite number');
  return value;
}

/** Numbers by their names: a named vector, or a list of single numbers. NA is NaN. */
export function namedNumbers(value: RValue | undefined, label: string): [string, number][] {
  const names = namesOf(value, label);
  if (names.length === 0) return [];
  const read = (one: RValue) => numbersOf(one, label)[0] ?? Number.NaN;
  const numbers = value?.type === 'list' || value?.type === 'packed' ? listOf(value, label).map(read) : Array.from(numbersOf(value, label));
  return names.map((name, at): [string, number] => [name, numbers[at] ?? Number.NaN]);
}

/** The levels of a factor that stands in a step. */
export function factorLevels(value: RValue | undefined, label: string): string[] {
  const levels = value && attributesOf(value).get('levels');
  return textsOf(levels ?? value, label);
}

/** Whether a value is a function, whatever it does: its code is not read. */
export function isFunction(value: RValue | undefined): boolean {
  return value?.type === 'opaque' && /function/.test(value.what);
}

/** The name of a function of R's core; undefined for any other, as its code is not read. */
export function builtinName(value: RValue | undefined): string | undefined {
  return value?.type === 'opaque' ? value.builtin : undefined;
}

/** Whether the first class of a value is this one. */
export function hasClass(value: RValue, name: string): boolean {
  return classOf(value).includes(name);
}

/**
 * The place of a column's label among other levels: `missing` and `beyond` are the places of a missing value and of a text that
 * training did not have, and of labels that are not among the levels too; null for none.
 */
export function recode(
  value: Expression,
  from: LevelColumn,
  to: readonly Level[],
  { missing = null, beyond = null }: { missing?: number | null; beyond?: number | null } = {},
): Expression {
  const places = new Map(to.map((level, at): [Level, number] => [level, at + 1]).reverse());
  const values = from.levels.map((level) => (level === null ? (places.get(null) ?? missing) : (places.get(level) ?? beyond)));
  const isSame = missing === null && beyond === null && to.length >= values.length && values.every((place, at) => place === at + 1);
  if (isSame && from.kind !== 'text') return value;
  return { pick: value, values, missing, beyond };
}
