import type { Expression } from '../../shared/expressions/expressions.ts';
import type { Level } from '../../shared/schema/features.ts';
import type { Kept } from '../rds/values.ts';
import { type LevelColumn, MISSING_VALUE } from './frame.ts';
import { recode } from './step-values.ts';

/** A value with levels: its number is the place among them, from 1. */
export type Labelled = { kind: LevelColumn['kind']; levels: Level[]; value: Expression };
/** A value that is a number, TRUE or FALSE, or a date or time as the number that R keeps. */
export type Plain = Kind & { value: Expression };
/** The value of a call for a row. */
export type Typed = Plain | Labelled;

type Kind = { kind: 'number' | 'integer' | 'logical' | 'date' } | { kind: 'datetime'; timeZone?: string };

/** What refuses a call: what was found, and what is expected. */
type Fail = (found: string, expected: string) => Error;

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const LOGICAL = [...COMPARISONS, '!', '&', '|', 'between'];

/** Whether R makes an integer of these together: integers, TRUE and FALSE, and NA. */
export function isWhole(parts: Typed[]): boolean {
  return parts.every(({ kind }) => kind === 'integer' || kind === 'logical');
}

/** What a number of the environment is in arithmetic: R's integers end at 2^31 - 1. */
export function kindOfConstant(kept: Kept | undefined): 'number' | 'integer' | 'logical' {
  return (kept?.type === 'constant' ? kept.whole : undefined) ?? 'number';
}

/** The kind of what a call of arithmetic makes of numbers, dates and times. Throws where R's answer hangs on more than the row's numbers. */
export function kindOfCall(name: string, parts: Plain[], fail: Fail): Kind {
  const times = parts.filter(isTime);
  const kind = times[0] && kindOf(times[0]);
  if (!kind) return { kind: LOGICAL.includes(name) ? 'logical' : 'number' };
  const [first, second] = parts as [Plain, Plain | undefined];
  const areSame = times.every((part) => isSameKind(part, kind));
  if (areSame && (COMPARISONS.includes(name) || name === 'between')) return { kind: 'logical' };
  if (areSame && times.length === parts.length && (name === 'pmin' || name === 'pmax')) return kind;
  if (second && times.length === 1 && (name === '+' || (name === '-' && first === times[0]))) {
    const by = first === times[0] ? second : first;
    // A number of days is one of a difftime too, which R would turn into seconds beside a time.
    if (kind.kind === 'date' || typeof by.value === 'number' || isWhole([by])) return kind;
  }
  if (second && times.length === 2 && name === '-' && kind.kind === 'date' && areSame) return { kind: 'number' };
  const found =
    times.length > 1 ? `the call ${name} of dates or times, whose unit or class R chooses` : `the call ${name} of a ${kind.kind}`;
  throw fail(found, `as.numeric() of each ${kind.kind}`);
}

/** Whether it is a date or a time. */
export function isTime({ kind }: Typed): boolean {
  return kind === 'date' || kind === 'datetime';
}

function kindOf(part: Plain): Kind {
  const { value: _, ...kind } = part;
  return kind;
}

function isSameKind(part: Typed, kind: Kind): boolean {
  const zoneOf = (one: Typed | Kind) => ('timeZone' in one ? one.timeZone : undefined);
  return part.kind === kind.kind && zoneOf(part) === zoneOf(kind);
}

/** A value without its class, as as.vector() gives it: the text of a factor, the number of a date. */
export function withoutClass(made: Typed): Typed {
  if ('levels' in made) return { ...made, kind: 'text' };
  return isTime(made) ? { kind: 'number', value: made.value } : made;
}

/**
 * One of several values. Of texts and factors it is the place among the levels of all; R's ifelse() drops every class, the functions of
 * dplyr keep it.
 */
export function joined(name: string, branches: Typed[], make: (of: Expression[]) => Expression, fail: Fail): Typed {
  const texts = branches.filter((branch) => 'levels' in branch);
  if (texts.length > 0) return joinedTexts(name, branches, make, fail);
  const value = make(branches.map((branch) => branch.value));
  const time = branches.find(isTime) as Plain | undefined;
  if (time && name !== 'ifelse') {
    const kind = kindOf(time);
    if (branches.every((branch) => branch.value === MISSING_VALUE || isSameKind(branch, kind))) return { ...kind, value };
    throw fail('dates, times and numbers in one column', 'values of one class');
  }
  const isLogical = branches.every(({ kind }) => kind === 'logical');
  return { kind: isLogical ? 'logical' : isWhole(branches) ? 'integer' : 'number', value };
}

function joinedTexts(name: string, branches: Typed[], make: (of: Expression[]) => Expression, fail: Fail): Labelled {
  const texts = branches.filter((branch): branch is Labelled => 'levels' in branch);
  const areTexts = branches.every((branch) => 'levels' in branch || branch.value === MISSING_VALUE);
  if (!areTexts) throw fail('texts and numbers in one column', 'values of one class');
  const kinds = [...new Set(texts.map(({ kind }) => kind))];
  if (name === 'ifelse' && kinds.some((kind) => kind !== 'text'))
    throw fail('a factor in ifelse(), which R takes as its codes', 'as.character() of it');
  const levels = [...new Set(texts.flatMap((branch) => branch.levels))];
  const kind = kinds.includes('text') ? 'text' : (kinds[0] as Labelled['kind']);
  const isOneOrder = texts.every(
    (branch) => branch.levels.length === levels.length && branch.levels.every((one, at) => one === levels[at]),
  );
  if (kinds.includes('ordered') && !(kinds.length === 1 && isOneOrder))
    throw fail('an ordered factor beside other values', 'as.character() of it');
  const beyond = kind === 'text' ? levels.length + 1 : null;
  const places = branches.map((branch) => {
    return 'levels' in branch ? recode(branch.value, { name: '', ...branch }, levels, { beyond }) : branch.value;
  });
  return { kind, levels, value: make(places) };
}

/** A factor by its levels: each value's place among them, by the text that R makes of it. `places` are those of numbers, 0 for none. */
export function factorOf(made: Typed, levels: Level[], isOrdered: boolean, placeOf: (plain: Plain) => Expression): Labelled {
  const kind = isOrdered ? 'ordered' : 'factor';
  if ('levels' in made) return { kind, levels, value: recode(made.value, { name: '', ...made }, levels) };
  const values = levels.map((_, at) => at + 1);
  return { kind, levels, value: { pick: placeOf(made), values, missing: null, beyond: null } };
}
