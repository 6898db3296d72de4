import { ModelError } from '../../../shared/errors.ts';
import { type Argument, type Call, constantsOf, functionName, MAX_DEPTH } from '../../formula/constants.ts';
import { deparse } from '../../formula/deparse.ts';
import { attributesOf, levelsOf, numbersOf, type RValue } from '../../rds/values.ts';
import { namesSelfStart, selfStart } from './self-start.ts';

/** Most levels of a factor whose level chooses a parameter: each makes the formula one call deeper. */
const MAX_GROUPS = 60;

/** Most choices by levels in all: each place of a formula that names such a parameter has one for each level. */
export const MAX_CHOICES = 20_000;

/**
 * The parameters of an nls by their names, each one number or one for each group, the variables of its formula as they are, and how many
 * choices by levels it may still have.
 */
export type Values = {
  parameters: ReadonlyMap<string, readonly number[]>;
  variables: ReadonlyMap<string, RValue>;
  choices: { left: number };
};

/**
 * An nls's formula with its parameters put in: `a` becomes its number, `a[g]` of a factor g a choice by g's level, `a[2]` the second number,
 * and a self-starting model what it computes. Throws a ModelError that names what is not taken.
 */
export function withParameters(value: RValue, values: Values, label: string, depth = 0): RValue {
  const fail = (found: string, expected: string) => new ModelError(`${label}, ${deparse(value).slice(0, 100)}`, found, expected);
  if (depth > MAX_DEPTH) throw new ModelError(label, 'a formula nested too deep', `at most ${MAX_DEPTH} deep`);
  if (value.type === 'symbol') {
    const numbers = values.parameters.get(value.name);
    if (numbers && numbers.length !== 1) throw fail(`the parameter ${value.name} of ${numbers.length} numbers`, 'one of them, as a[g]');
    return numbers ? number(numbers[0]!) : value;
  }
  if (value.type !== 'language') return value;
  const [head, ...parts] = value.values;
  const [first, second] = parts;
  const name = functionName(head);
  if (name === '[' && first?.type === 'symbol' && second && parts.length === 2 && values.parameters.has(first.name))
    return chosen(second, values.parameters.get(first.name)!, values, { label, fail });
  const inner = parts.map((part) => withParameters(part, values, label, depth + 1));
  const args = inner.map((part, at): Argument => ({ value: part, tag: value.tags[at + 1] }));
  const made = name === undefined ? undefined : selfStart(name, args, fail);
  // It names some arguments several times, and nested ones would be as many times as large with each.
  if (made && parts.some(namesSelfStart)) throw fail('a self-starting model within another', 'one of parameters and columns');
  return made ?? ({ ...value, values: [head as RValue, ...inner] } as Call);
}

/** The number of a parameter that an index chooses: a constant, or a factor, whose codes R takes. */
function chosen(
  index: RValue,
  numbers: readonly number[],
  { variables, choices }: Values,
  { label, fail }: { label: string; fail: (found: string, expected: string) => ModelError },
): RValue {
  const constants = constantsOf(index);
  if (constants) {
    const one = constants.length === 1 ? numbers[Number(constants[0]) - 1] : undefined;
    if (one === undefined) throw fail('another place of a parameter', `1 to ${numbers.length}`);
    return number(one);
  }
  const levels = index.type === 'symbol' ? groupsOf(variables.get(index.name), `${label}, the levels of ${index.name}`) : undefined;
  if (!levels) throw fail('a parameter by what is no factor', 'a factor, as a[g], or ifelse() of numbers and texts');
  if (levels.length > numbers.length || levels.length > MAX_GROUPS)
    throw fail(`${levels.length} levels for ${numbers.length} numbers`, `a number for each of at most ${MAX_GROUPS} levels`);
  choices.left -= levels.length;
  if (choices.left < 0) throw fail('a parameter by levels in too many places', `at most ${MAX_CHOICES} choices in all`);
  return levels.reduceRight<RValue>(
    (other, level, at) =>
      at === levels.length - 1
        ? other
        : call('ifelse', call('==', index, { type: 'character', values: [level] }), number(numbers[at]!), other),
    number(numbers[levels.length - 1]!),
  );
}

/** The levels of a factor; undefined for anything else. */
function groupsOf(value: RValue | undefined, label: string): string[] | undefined {
  const levels = value && attributesOf(value).get('levels');
  if (value?.type !== 'integer' || !levels) return undefined;
  return levelsOf(levels, label).flatMap((level) => level ?? []);
}

function number(value: number): RValue {
  return { type: 'double', values: Float64Array.of(value) };
}

function call(name: string, ...args: RValue[]): RValue {
  return { type: 'language', values: [{ type: 'symbol', name }, ...args], tags: [undefined, ...args.map(() => undefined)] };
}

/** The parameters by their names, as predict() finds them: in the environment of the formula's values. Throws where one is no number. */
export function parametersOf(names: string[], variables: ReadonlyMap<string, RValue>, label: string): Map<string, number[]> {
  return new Map(
    names.map((name): [string, number[]] => {
      const found = Array.from(numbersOf(variables.get(name), `${label}'s parameter ${name}`));
      if (found.length > 0 && found.every(Number.isFinite)) return [name, found];
      throw new ModelError(`${label}'s parameter ${name}`, found.slice(0, 10).join(', ') || 'nothing', 'finite numbers');
    }),
  );
}
