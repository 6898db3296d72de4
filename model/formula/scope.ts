import { ModelError } from '../../shared/errors.ts';
import type { Kept, RValue } from '../rds/values.ts';
import { calledIn, variablesOf } from './variables.ts';

/** What a name stands for in the environment of a formula: a number, a text, or nothing that is known. */
export type Scope = (name: string) => number | string | undefined;

/** Environments that are looked through, one within the other. */
const MAX_ENVIRONMENTS = 1000;

/** What R's base has: T and F are variables that hold TRUE and FALSE. */
export const BASE: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['T', 1],
  ['F', 0],
]);

/** Where a formula's names may lead. `bare`: the names that stand alone in it; `data`: the columns of the data, where they are known. */
export type ScopeParts = {
  environment: RValue | undefined;
  variables: RValue[];
  bare: ReadonlySet<string>;
  data?: ReadonlySet<string> | undefined;
};

/** What stands around a formula: the innermost variable of each name, and the names that are columns of its data. */
export type Around = { innermost: ReadonlyMap<string, Kept>; columns: ReadonlySet<string> };

/**
 * The names around a formula, as far as its file holds them. Where the data's columns are not known, a name that is a column of a data
 * frame beside it, or that stands in a variable with nothing but constants, is one of the data: a column of one value could not have been
 * fitted.
 */
export function aroundOf({ environment, variables, bare, data }: ScopeParts): Around {
  // The innermost variable of a name hides those further out, whatever it holds.
  const innermost = new Map<string, Kept>();
  const columns = new Set<string>();
  for (const [name, kept] of variablesAround(environment)) {
    if (kept.type === 'columns' && data === undefined) for (const column of kept.names) columns.add(column);
    if (!innermost.has(name)) innermost.set(name, kept);
  }
  // Of thousands of columns no copy is made for each call.
  if (data !== undefined) return { innermost, columns: data };
  const isConstant = (name: string) => constantOf(name, { innermost, columns }) !== undefined && !bare.has(name);
  for (const variable of variables) {
    const names = variablesOf(variable);
    if (names.every(isConstant)) for (const name of names) columns.add(name);
  }
  return { innermost, columns };
}

/** The constant that a name stands for; undefined for a column, and for what is no constant. */
function constantOf(name: string, { innermost, columns }: Around): number | string | undefined {
  if (columns.has(name)) return undefined;
  const kept = innermost.get(name);
  return kept ? (kept.type === 'constant' ? kept.value : undefined) : BASE.get(name);
}

/**
 * The constants of a formula's environment: R looks for a variable among the data first, and then there. Where the data's columns are not
 * known, it is refused when it is asked for, since it may be a number here and a column there; but for pi.
 */
export function scopeOf(around: Around, { bare, data }: Pick<ScopeParts, 'bare' | 'data'>, label: string): Scope {
  return (name) => {
    const constant = bare.has(name) ? undefined : constantOf(name, around);
    if (constant !== undefined && data === undefined && (name !== 'pi' || around.innermost.has(name)))
      throw mayBeColumn(name, constant, label);
    return constant;
  };
}

/** The error for a name that is a constant around the formula, and of which nobody knows whether the data had it. */
export function mayBeColumn(name: string, constant: number | string, label: string): ModelError {
  return new ModelError(
    label,
    `the variable ${name}, which is ${JSON.stringify(constant)} where the formula was made, and which may be a column of the data`,
    'its value itself in the formula, or a model fitted where both the formula is made and its data is a variable',
  );
}

/**
 * Refuses a formula that calls a function of its environment: R calls that one, while we would go by the name alone. A
 * variable that holds no function hides none, in R neither.
 */
export function checkFunctions(environment: RValue | undefined, variables: RValue[], label: string): void {
  const defined = new Set<string>();
  for (const [name, kept] of variablesAround(environment)) if (kept.type === 'function') defined.add(name);
  if (defined.size === 0) return;
  const called = variables.flatMap(calledIn).find((name) => defined.has(name));
  if (called === undefined) return;
  throw new ModelError(label, `a call of ${called}(), which the formula's environment defines anew`, 'functions of R');
}

/** All variables of an environment and of those around it, from the inside out. */
export function* variablesAround(environment: RValue | undefined): Generator<[string, Kept]> {
  let at = environment;
  // In a damaged file one may stand around itself.
  const seen = new Set<RValue>();
  while (at?.type === 'opaque' && seen.size < MAX_ENVIRONMENTS && !seen.has(at)) {
    seen.add(at);
    yield* at.variables ?? [];
    at = at.enclosing;
  }
}
