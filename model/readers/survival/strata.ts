import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Level } from '../../../shared/schema/features.ts';
import { constantsOf, numberOf } from '../../formula/constants.ts';
import { deparse } from '../../formula/deparse.ts';
import type { FormulaReader } from '../../formula/formula.ts';
import type { Variable } from '../../formula/terms.ts';
import type { RValue } from '../../rds/values.ts';
import { MOST_WORK, partJoint, partLabels } from './labels.ts';

/** What R puts between the labels of several variables. */
const SEPARATOR = ', ';
/** Most combinations of the levels of strata, which a table has. */
const MAX_COMBINATIONS = 1_000_000;

/** A call of strata(): its variables with their labels, and the places of those, from 0, in each of its strata. */
export type StrataTerm = { name: string; variables: StrataVariable[]; combinations: number[][] };
/** `isNamed`: its labels may have been numbers, or TRUE and FALSE; else they were a factor's or texts. */
type StrataVariable = { source: RValue; labels: Level[]; isNamed: boolean };
/** All that a formula is stratified by, and for each stratum its place, from 0, in each term. */
export type Strata = { terms: StrataTerm[]; combinations: number[][] };

/** strata(x) or strata(x, y), by the labels that R has for it. Throws a ModelError that names a form that is not served. */
export function readStrataTerm({ name, source }: Variable, levels: Level[] | undefined, label: string): StrataTerm {
  const [, ...given] = source.type === 'language' ? source.values : [];
  const tags = source.type === 'language' ? source.tags.slice(1) : [];
  let sep: unknown = SEPARATOR;
  let isShort = false;
  const args = given.flatMap((argument, at): { value: RValue; name: string }[] => {
    const tag = tags[at];
    if (tag === 'sep') [sep] = constantsOf(argument) ?? [];
    if (tag === 'shortlabel') isShort = constantsOf(argument)?.[0] === 1;
    if (tag === 'sep' || tag === 'shortlabel') return [];
    if (tag === 'na.group') throw new ModelError(label, 'strata of missing values (na.group)', 'strata() without it');
    return [{ value: argument, name: tag ?? deparse(argument) }];
  });
  if (!levels) throw new ModelError(label, 'strata without levels', 'xlevels for them');
  const names = args.map((one) => one.name);
  // Each has a label at least.
  sizeOf(
    names.map(() => 1),
    label,
  );
  const parted = args.length > 0 && typeof sep === 'string' ? partLabels(levels, names, sep) : undefined;
  if (!parted) {
    const shown = levels.slice(0, 3).map((level) => `"${level?.slice(0, 40)}"`);
    throw new ModelError(
      label,
      `strata called ${shown.join(', ')}`,
      `labels that can be taken apart into ${names.join(' and ').slice(0, 100)}`,
    );
  }
  const variables = args.map(({ value }, at) => ({ source: value, labels: parted.labels[at] as Level[], isNamed: parted.isNamed }));
  if (isShort && variables.some((one) => kindOf({ ...one, isNamed: true }) !== 'factor'))
    throw new ModelError(
      label,
      'labels without the names of their variables (shortlabel), which may be numbers or texts',
      'strata() without it',
    );
  return { name, variables, combinations: parted.combinations };
}

/** The strata of one term, or, of several, those that the file names. Throws a ModelError. */
export function joinTerms(terms: StrataTerm[], levels: ReadonlyMap<string, Level[]>, joint: Level[] | undefined, label: string): Strata {
  const [first, ...others] = terms;
  if (others.length === 0) return { terms, combinations: (first as StrataTerm).combinations.map((_, at) => [at]) };
  if (!joint) throw new ModelError(label, "several terms of strata() without the file's strata", 'a fit with x = TRUE');
  sizeOf(
    terms.map((term) => term.combinations.length),
    label,
  );
  const work = { left: MOST_WORK };
  const each = terms.map(({ name }) => new Map((levels.get(name) as Level[]).map((one, at) => [one, at])));
  const combinations = joint.map((level) => {
    const found = partJoint(level, each, SEPARATOR, work);
    if (work.left < 0) throw new ModelError(label, 'strata whose labels could end at too many places', 'fewer or shorter labels');
    if (!found) throw new ModelError(label, `the stratum "${level?.slice(0, 100)}"`, 'one of the labels of its terms');
    return found;
  });
  return { terms, combinations };
}

/** The plain variables among those of strata, as a formula has variables, with the levels of those that are factors. */
export function variablesOf({ terms }: Strata): { variables: Variable[]; levels: Map<string, Level[]> } {
  const variables = new Map<string, Variable>();
  const levels = new Map<string, Level[]>();
  for (const one of terms.flatMap((term) => term.variables)) {
    const { source, labels } = one;
    if (source.type !== 'symbol' || variables.has(source.name)) continue;
    const kind = kindOf(one);
    variables.set(source.name, { name: source.name, value: source, source, kind });
    if (kind === 'factor') levels.set(source.name, labels);
  }
  return { variables: [...variables.values()], levels };
}

/** strata() keeps no class of a variable: its labels tell it. */
function kindOf({ labels, isNamed }: StrataVariable): string {
  if (!isNamed) return 'factor';
  if (labels.every((label) => Number.isFinite(numberOf(label)))) return 'numeric';
  return labels.every((label) => label === 'TRUE' || label === 'FALSE') ? 'logical' : 'factor';
}

/** The place of a row's stratum of one term, from 1; 0 or NaN where training did not have it. */
export function placeOf({ variables, combinations, name }: StrataTerm, reader: FormulaReader): Expression {
  const places = variables.map(({ source, labels }) => ({ place: reader.labelled(source, labels), count: labels.length }));
  return joined(places, combinations, name);
}

/** The place of a row's stratum, from 1, by its place in each term. */
export function stratumOf(strata: Strata, reader: FormulaReader): Expression {
  const places = strata.terms.map((term) => ({ place: placeOf(term, reader), count: term.combinations.length }));
  return joined(places, strata.combinations, 'strata');
}

/** How many combinations there are of so many levels each, beside those that are not known. Throws a ModelError where they are too many; one list alone may have any number. */
function sizeOf(counts: number[], label: string): number {
  const size = counts.reduce((product, count) => product * (count + 1), 1);
  if (counts.length < 2 || size <= MAX_COMBINATIONS) return size;
  throw new ModelError(label, `${size} combinations of levels`, `at most ${MAX_COMBINATIONS}`);
}

/** The place, from 1, of a combination of places among those that there are. */
function joined(places: { place: Expression; count: number }[], combinations: number[][], name: string): Expression {
  const [only, ...others] = places;
  if (only && others.length === 0) return only.place;
  // A number with a digit for each variable, whose 0 is a level that is not known.
  const size = sizeOf(
    places.map(({ count }) => count),
    name.slice(0, 100),
  );
  const values = new Array<number>(size).fill(0);
  combinations.forEach((digits, at) => {
    values[digits.reduce((sum, digit, place) => sum * (places[place]!.count + 1) + digit + 1, 0)] = at + 1;
  });
  const number = places.reduce<Expression>((sum, { place, count }) => {
    return { call: '+', of: [{ call: '*', of: [sum, count + 1] }, place] };
  }, 0);
  return { table: { call: '+', of: [number, 1] }, values };
}
