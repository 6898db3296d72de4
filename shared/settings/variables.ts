import { meantBy } from './misspelt.ts';

/** A number as people write it: Number() takes blanks for 0, and 0x10 too. */
const DECIMAL = /^(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** How the text of an environment variable is read: as a value, or as undefined where it is not what is `expected`. `otherwise` holds where it is not set. */
export type Variable<Value> = { expected: string; otherwise?: Value; read(text: string): Value | undefined };
/** The variables that a program reads, by name. */
export type Variables = Record<string, Variable<string | number>>;
export type Values<Table extends Variables> = { [Name in keyof Table]: Table[Name] extends Variable<infer Value> ? Value : never };
export type Environment = Record<string, string | undefined>;

/*
 * By hand and not by zod, which guards what comes from outside at run time: to load it and to build schemas of these few
 * numbers took a fifth of a function's start.
 */
export function number(least: number, most: number, otherwise: number, kind = 'a number'): Variable<number> {
  const read = (text: string) => {
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };
  return { expected: `${kind} from ${least} to ${most}`, otherwise, read };
}

export function whole(least: number, most: number, otherwise: number): Variable<number> {
  const { read, ...rest } = number(least, most, otherwise, 'a whole number');
  // The text itself goes into a template, where AWS does not take 512.0 for a whole number.
  return { ...rest, read: (text) => (text.includes('.') ? undefined : read(text)) };
}

export function milliseconds(otherwise: number, least = 1): Variable<number> {
  return whole(least, 30_000, otherwise);
}

export function text(expected: string, form: RegExp, otherwise?: string): Variable<string> {
  return { expected, ...(otherwise === undefined ? {} : { otherwise }), read: (value) => (form.test(value) ? value : undefined) };
}

/** A setting is wrong, or has a name that is not one. The message is one line, and so is the stack: it is for the person who set it. */
export class SettingsError extends Error {
  override name = 'SettingsError';

  constructor(problems: string[]) {
    super(`settings that cannot be used: ${problems.join('; ')}`);
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** The values of a table's variables. Throws a SettingsError that names every variable at fault, and every misspelt name. */
export function readVariables<Table extends Variables>(table: Table, environment: Environment): Values<Table> {
  const { values, problems } = tryVariables(table, environment);
  const all = [...problems, ...misspeltNames(Object.keys(table), environment)];
  if (all.length > 0) throw new SettingsError(all);
  return values;
}

/** The values of a table's variables, and a sentence on each that is wrong. */
export function tryVariables<Table extends Variables>(
  table: Table,
  environment: Environment,
): { values: Values<Table>; problems: string[] } {
  const problems: string[] = [];
  const values = Object.entries(table).map(([name, { expected, otherwise, read }]) => {
    const given = environment[name];
    const value = given === undefined ? otherwise : read(given);
    if (value === undefined)
      problems.push(`${name}: found ${given === undefined ? 'nothing' : JSON.stringify(given)}, expected ${expected}`);
    return [name, value];
  });
  return { values: Object.fromEntries(values) as Values<Table>, problems };
}

/** A sentence on each variable of an environment that was meant to be one of `known` and is not. */
export function misspeltNames(known: string[], environment: Environment): string[] {
  return Object.keys(environment).flatMap((name) => {
    const meant = meantBy(name, known);
    if (meant === undefined) return [];
    return [`${name}: there is no such setting${meant === '' ? '' : `, did you mean ${meant}?`}`];
  });
}
