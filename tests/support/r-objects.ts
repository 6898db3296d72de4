import type { Attributes, RValue } from '../../model/rds/values.ts';

/*
 * R objects written by hand, as the RDS reader would give them.
 */
export const numbers = (...values: number[]): RValue => ({ type: 'double', values: Float64Array.from(values) });
export const integers = (...values: number[]): RValue => ({ type: 'integer', values: Int32Array.from(values) });
export const texts = (...values: (string | null)[]): RValue => ({ type: 'character', values });
export const list = (...values: RValue[]): RValue => ({ type: 'list', values });
export const symbol = (name: string): RValue => ({ type: 'symbol', name });
export const NULL: RValue = { type: 'null' };

/** A value with attributes beside those it has. */
export function attributed(value: RValue, added: Record<string, RValue>): RValue {
  const attributes: Attributes = new Map([...(('attributes' in value && value.attributes) || []), ...Object.entries(added)]);
  return { ...value, attributes } as RValue;
}

/** A named list, of a class where one is given. */
export function named(members: Record<string, RValue>, ...classes: string[]): RValue {
  const value = attributed(
    { type: 'list', values: Object.values(members) },
    { names: { type: 'character', values: Object.keys(members) } },
  );
  return classes.length > 0 ? attributed(value, { class: texts(...classes) }) : value;
}

/** A matrix by its columns, with names for its rows. */
export function matrix(columns: number[][], rows: string[]): RValue {
  return attributed(numbers(...columns.flat()), { dim: integers(rows.length, columns.length), dimnames: list(texts(...rows), NULL) });
}

/** A call of a function; arguments by name stand in `tagged`. */
export function call(name: string, args: RValue[], tagged: Record<string, RValue> = {}): RValue {
  return {
    type: 'language',
    values: [symbol(name), ...args, ...Object.values(tagged)],
    tags: [undefined, ...args.map(() => undefined), ...Object.keys(tagged)],
  };
}

/** One variable of a formula: what computes it, R's class of it, and the terms it is in (all its own where they are not given). */
export type Told = { value: RValue; name: string; kind: string };

/** A terms object of y and variables, each a term of its own, with attributes in place of its own. */
export function terms(variables: Told[], changes: Record<string, RValue> = {}): RValue {
  const all = [symbol('y'), ...variables.map(({ value }) => value)];
  const names = ['y', ...variables.map(({ name }) => name)];
  const columns = variables.map((_, term) => names.map((_, row) => (row === term + 1 ? 1 : 0)));
  return attributed(call('~', all.slice(0, 2)), {
    variables: call('list', all),
    predvars: call('list', all),
    factors: matrix(columns, names),
    intercept: integers(1),
    response: integers(1),
    dataClasses: attributed(texts('numeric', ...variables.map(({ kind }) => kind)), { names: texts(...names) }),
    ...changes,
  });
}
