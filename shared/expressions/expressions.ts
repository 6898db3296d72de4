import { ModelError } from '../errors.ts';
import { significant } from '../math/significant.ts';
import type { Level, Schema } from '../schema/features.ts';
import { FUNCTIONS, functionsFor, orthogonalPolynomial, type RFunction } from './functions.ts';

/**
 * What a formula computes from a row, as data: a number, the value of a feature, or
 * - `call`: one of FUNCTIONS of other expressions;
 * - `poly`: the orthogonal polynomial of a value, of the degree that `alpha` has elements;
 * - `label`, `in`: the place (from 1) of a factor feature's label among texts, 0 where it is not there;
 * - `number`, `in`: the place of a value among numbers, 0 where it is not there. They are compared as R prints them (15 digits, factor()), or,
 *   where it is `exact`, as doubles, and NaN is not there (%in%);
 * - `interval`, `breaks`: the place of the interval (open on the left, or on the right) a value lies in, 0 where it lies outside;
 * - `table`: the element at a place, NaN at 0;
 * - `is`: 1 where a place is that level, 0 at any other, NaN at 0;
 * - `pick`: the element at a place, `missing` where there is no value, `beyond` at any other place; null stands for no value.
 */
export type Expression =
  | number
  | { feature: number }
  | { call: string; of: Expression[] }
  | { poly: Expression; alpha: number[]; norm2: number[] }
  | { label: number; in: Level[] }
  | { number: Expression; in: number[]; exact?: true }
  | { interval: Expression; breaks: number[]; right: boolean; lowest: boolean }
  | { table: Expression; values: number[] }
  | { is: Expression; level: number }
  | { pick: Expression; values: (number | null)[]; missing: number | null; beyond: number | null };

/** Gives an expression's value for the row that starts at `at`. */
export type Evaluate = (rows: Float64Array, at: number) => number;

/** Deepest nesting of an expression, and most parts of all expressions of one model. */
const MAX_DEPTH = 200;
const MAX_PARTS = 4_000_000;

/**
 * An expression as a function of rows. It must have passed checkExpressions with the same schema. A row has the features in the schema's
 * order, or each at the place that `places` has for it.
 */
export function compile(
  expression: Expression,
  schema: Schema,
  functions = functionsFor(schema.libm),
  places?: readonly number[],
): Evaluate {
  const inside = (part: Expression) => compile(part, schema, functions, places);
  if (typeof expression === 'number') return () => expression;
  if ('feature' in expression) {
    const feature = places?.[expression.feature] ?? expression.feature;
    return (rows, at) => rows[at + feature]!;
  }
  if ('call' in expression) {
    const parts = expression.of.map(inside);
    return compileArithmetic(expression, parts) ?? compileCall(expression.call, functions[expression.call] as RFunction, parts);
  }
  if ('poly' in expression) {
    const inner = inside(expression.poly);
    const { alpha, norm2 } = expression;
    return (rows, at) => orthogonalPolynomial(inner(rows, at), alpha, norm2);
  }
  if ('label' in expression) {
    const feature = schema.features[expression.label];
    // Of a label that is there twice, the first place counts.
    const known = new Map(expression.in.map((label, at): [Level, number] => [label, at + 1]).reverse());
    const found = feature?.type === 'factor' ? feature.levels.map((level) => known.get(level) ?? 0) : [];
    const column = places?.[expression.label] ?? expression.label;
    return (rows, at) => found[rows[at + column]! - 1] ?? Number.NaN;
  }
  if ('number' in expression) {
    const inner = inside(expression.number);
    const found = new Map(expression.in.map((value, place) => [value, place + 1]));
    if (expression.exact) return (rows, at) => found.get(inner(rows, at)) ?? 0;
    return (rows, at) => {
      const value = inner(rows, at);
      return Number.isNaN(value) ? value : (found.get(printed(value)) ?? 0);
    };
  }
  if ('interval' in expression) {
    const inner = inside(expression.interval);
    return (rows, at) => intervalOf(inner(rows, at), expression);
  }
  if ('table' in expression) {
    const inner = inside(expression.table);
    const { values } = expression;
    return (rows, at) => values[inner(rows, at) - 1] ?? Number.NaN;
  }
  if ('pick' in expression) return compilePick(inside(expression.pick), expression);
  const inner = inside(expression.is);
  const { level } = expression;
  return (rows, at) => {
    const place = inner(rows, at);
    return place > 0 ? (place === level ? 1 : 0) : Number.NaN;
  };
}

function compilePick(inner: Evaluate, { values, missing, beyond }: Extract<Expression, { pick: Expression }>): Evaluate {
  const numbers = values.map((value) => value ?? Number.NaN);
  const [none, other] = [missing ?? Number.NaN, beyond ?? Number.NaN];
  return (rows, at) => {
    const place = inner(rows, at);
    return Number.isNaN(place) ? none : (numbers[place - 1] ?? other);
  };
}

/** R's arithmetic of two values without a call of a function, since steps such as step_normalize() have hardly anything else. */
function compileArithmetic({ call, of }: Extract<Expression, { call: string }>, parts: Evaluate[]): Evaluate | undefined {
  const [first, second] = parts;
  if (!first || !second) return undefined;
  const [, by] = of;
  if (typeof by === 'number') {
    if (call === '+') return (rows, at) => first(rows, at) + by;
    if (call === '-') return (rows, at) => first(rows, at) - by;
    if (call === '*') return (rows, at) => first(rows, at) * by;
    if (call === '/') return (rows, at) => first(rows, at) / by;
  }
  if (call === '+') return (rows, at) => first(rows, at) + second(rows, at);
  if (call === '-') return (rows, at) => first(rows, at) - second(rows, at);
  if (call === '*') return (rows, at) => first(rows, at) * second(rows, at);
  if (call === '/') return (rows, at) => first(rows, at) / second(rows, at);
  return undefined;
}

function compileCall(name: string, { apply }: RFunction, parts: Evaluate[]): Evaluate {
  const choice = compileChoice(name, parts);
  if (choice) return choice;
  const [first, second] = parts as [Evaluate, Evaluate];
  if (parts.length === 1) return (rows, at) => apply(first(rows, at));
  if (parts.length === 2) return (rows, at) => apply(first(rows, at), second(rows, at));
  return (rows, at) => apply(...parts.map((part) => part(rows, at)));
}

/** Functions that need only some of their arguments: a tree as an expression goes one way through it. */
function compileChoice(name: string, parts: Evaluate[]): Evaluate | undefined {
  if (name === 'coalesce') {
    return (rows, at) => {
      for (const part of parts) {
        const value = part(rows, at);
        if (!Number.isNaN(value)) return value;
      }
      return Number.NaN;
    };
  }
  if (name !== 'ifelse' && name !== 'if_else') return undefined;
  const [test, yes, no, missing] = parts as [Evaluate, Evaluate, Evaluate, Evaluate | undefined];
  return (rows, at) => {
    const value = test(rows, at);
    if (Number.isNaN(value)) return missing ? missing(rows, at) : Number.NaN;
    return value !== 0 ? yes(rows, at) : no(rows, at);
  };
}

/** Whether an expression is a level's place, of which 0 is none: R's predict() fails on a level it has not seen. */
export function isPlaceOf(expression: Expression): boolean {
  return typeof expression === 'object' && ('label' in expression || 'number' in expression || 'table' in expression);
}

/** Whether an expression calls one of these functions. */
export function callsOneOf(names: readonly string[], expression: Expression): boolean {
  if (typeof expression === 'object' && 'call' in expression && names.includes(expression.call)) return true;
  return partsOf(expression).some((part) => callsOneOf(names, part));
}

/** The places of the features that an expression reads. */
export function featuresOf(expression: Expression): number[] {
  if (typeof expression === 'number') return [];
  if ('feature' in expression) return [expression.feature];
  if ('label' in expression) return [expression.label];
  return partsOf(expression).flatMap(featuresOf);
}

/** The expressions that an expression is made of. */
export function partsOf(expression: Expression): Expression[] {
  if (typeof expression === 'number') return [];
  if ('call' in expression) return expression.of;
  return ['poly', 'number', 'interval', 'table', 'is', 'pick'].flatMap((name) => (expression as Record<string, Expression>)[name] ?? []);
}

/** A double as R prints it, with 15 significant digits, for it is by their texts that R compares numbers with labels. */
export function printed(value: number): number {
  return Number.isFinite(value) ? Number(significant(value, 15)) : value;
}

/** The interval of cut() a value lies in, counted from 1; 0 for none. */
function intervalOf(value: number, { breaks, right, lowest }: { breaks: number[]; right: boolean; lowest: boolean }): number {
  // The first break that is no longer below the value: breaks ascend.
  let [at, end] = [0, breaks.length];
  while (at < end) {
    const middle = (at + end) >>> 1;
    const split = breaks[middle]!;
    if (right ? value > split : value >= split) at = middle + 1;
    else end = middle;
  }
  if (at > 0 && at < breaks.length) return at;
  if (!lowest) return 0;
  if (right) return value === breaks[0] ? 1 : 0;
  return value === breaks.at(-1) ? breaks.length - 1 : 0;
}

/** Checks expressions that came from a file against their type and the schema, so that compiling and evaluating need no check. */
export function checkExpressions(expressions: unknown, schema: Schema, label: string, functions = FUNCTIONS): void {
  const budget = { parts: MAX_PARTS };
  if (!Array.isArray(expressions)) throw new ModelError(label, typeof expressions, 'a list of expressions');
  for (const expression of expressions) checkExpression(expression, schema, { label, budget, depth: 0, functions });
}

type CheckContext = { label: string; budget: { parts: number }; depth: number; functions: typeof FUNCTIONS };

function checkExpression(value: unknown, schema: Schema, context: CheckContext): void {
  const { label, budget, depth, functions } = context;
  const fail = (found: string, expected: string) => new ModelError(label, found, expected);
  const spend = (parts: number) => {
    budget.parts -= parts;
    if (budget.parts < 0) throw fail('too many parts of expressions', `at most ${MAX_PARTS}`);
  };
  spend(1);
  if (depth > MAX_DEPTH) throw fail('an expression nested too deep', `at most ${MAX_DEPTH} deep`);
  if (typeof value === 'number') {
    // JSON has no other numbers.
    if (!Number.isFinite(value)) throw fail(`the number ${value}`, 'a finite one');
    return;
  }
  if (typeof value !== 'object' || value === null)
    throw fail(`an expression that is ${value === null ? 'null' : typeof value}`, 'a number or an object');
  const inner = (part: unknown) => checkExpression(part, schema, { ...context, depth: depth + 1 });
  const numbers = (list: unknown, least: number): number[] => {
    if (!Array.isArray(list) || list.length < least || !list.every((one) => typeof one === 'number')) throw fail('another list', 'numbers');
    spend(list.length);
    return list;
  };
  const part = value as Record<string, unknown>;
  if ('feature' in part) {
    if (!isPlace(part.feature, schema.features.length)) throw fail(`feature ${part.feature}`, `less than ${schema.features.length}`);
  } else if ('call' in part) {
    const known = typeof part.call === 'string' && Object.hasOwn(functions, part.call) ? functions[part.call] : undefined;
    if (!known || !Array.isArray(part.of)) throw fail(`the function ${String(part.call)}`, 'one that formulas may use');
    if (part.of.length < known.least || part.of.length > known.most)
      throw fail(`${part.of.length} arguments of ${part.call}`, `${known.least} to ${known.most}`);
    part.of.forEach(inner);
  } else if ('poly' in part) {
    const alpha = numbers(part.alpha, 1);
    if (numbers(part.norm2, 3).length < alpha.length + 2) throw fail('a polynomial without its norms', `${alpha.length + 2} of them`);
    inner(part.poly);
  } else if ('label' in part) {
    if (!isPlace(part.label, schema.features.length)) throw fail(`feature ${part.label}`, `less than ${schema.features.length}`);
    const feature = schema.features[part.label as number];
    if (feature?.type !== 'factor') {
      throw fail(
        `the feature "${feature?.name}", compared with texts, without its levels`,
        `its levels in model.json: {"features": {"${feature?.name}": {"levels": [...]}}}`,
      );
    }
    if (!Array.isArray(part.in) || !part.in.every((text) => typeof text === 'string' || text === null)) throw fail('another list', 'texts');
    spend(part.in.length);
  } else if ('number' in part) {
    numbers(part.in, 1);
    if (part.exact !== undefined && part.exact !== true) throw fail('another comparison of numbers', 'one that is exact, or none');
    inner(part.number);
  } else if ('interval' in part) {
    numbers(part.breaks, 2);
    inner(part.interval);
  } else if ('table' in part) {
    numbers(part.values, 1);
    inner(part.table);
  } else if ('is' in part) {
    if (typeof part.level !== 'number') throw fail('a level that is no number', 'a number');
    inner(part.is);
  } else if ('pick' in part) {
    const isNumber = (one: unknown) => one === null || typeof one === 'number';
    const isList = Array.isArray(part.values) && part.values.every(isNumber);
    if (!isList || !isNumber(part.missing) || !isNumber(part.beyond)) throw fail('another list to pick from', 'numbers and null');
    spend((part.values as unknown[]).length);
    inner(part.pick);
  } else throw fail('an unknown kind of expression', 'one that formulas have');
}

function isPlace(value: unknown, count: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < count;
}
