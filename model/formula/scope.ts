import type { RValue } from '../rds/values.ts';
import { variablesOf } from './variables.ts';

/** What a name stands for in the environment of a formula: a number or a text of its own, or nothing that is known. */
export type Scope = (name: string) => number | string | undefined;

/** Environments that are looked through, one within the other. */
const MAX_ENVIRONMENTS = 1000;

/**
 * The constants of a formula's environment, as far as its file holds them: R looks for a variable among the data first and
 * then there. A name that is a column of a data frame beside it, or that stands in a variable with nothing but such names, is
 * one of the data: a column of one value could not have been fitted.
 */
export function scopeOf(environment: RValue | undefined, variables: RValue[], bare: ReadonlySet<string>): Scope {
  const constants = new Map<string, number | string>();
  const columns = new Set<string>();
  let at = environment;
  for (let depth = 0; at?.type === 'opaque' && depth < MAX_ENVIRONMENTS; depth += 1) {
    for (const [name, value] of at.variables ?? []) {
      if (value.type === 'columns') for (const column of value.names) columns.add(column);
      else if (!constants.has(name)) constants.set(name, value.value);
    }
    at = at.enclosing;
  }
  const isConstant = (name: string) => constants.has(name) && !columns.has(name) && !bare.has(name);
  for (const variable of variables) {
    const names = variablesOf(variable);
    if (names.every(isConstant)) for (const name of names) columns.add(name);
  }
  return (name) => (isConstant(name) ? constants.get(name) : undefined);
}
