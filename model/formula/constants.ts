import type { Level } from '../../shared/schema/features.ts';
import { attributesOf, element, NA_INTEGER, type RValue } from '../rds/values.ts';

/** A call as the reader of files gives it. */
export type Call = Extract<RValue, { type: 'pairlist' | 'language' }>;

/** Deepest nesting of calls. */
export const MAX_DEPTH = 100;
/** What stands between a package and its function. */
const QUALIFIED = ['::', ':::'];
/** Most numbers or texts of one constant. */
const MAX_CONSTANTS = 2 ** 20;
/** R's names of numbers. T and F are variables that hold TRUE and FALSE. */
const NAMED: Record<string, number> = { Inf: Number.POSITIVE_INFINITY, T: 1, F: 0, pi: Math.PI };

/** The name of the function a call is of: that of stats::poly, or stats:::poly, is poly, that of another package's keeps the package. */
export function functionName(head: RValue | undefined): string | undefined {
  if (head?.type === 'symbol') return head.name;
  const [operator, from, name] = head?.type === 'language' ? head.values : [];
  if (operator?.type !== 'symbol' || !QUALIFIED.includes(operator.name) || from?.type !== 'symbol' || name?.type !== 'symbol')
    return undefined;
  return from.name === 'base' || from.name === 'stats' ? name.name : `${from.name}::${name.name}`;
}

/** An argument of a call, with its name where it has one. */
export type Argument = { value: RValue; tag: string | undefined };

/**
 * Arguments by the names of a function's parameters: those named (in full), then the rest in order. Throws what `fail` makes where there are
 * more, or other names: R takes the first letters of a name too.
 */
export function matchArguments(
  args: Argument[],
  names: string[],
  fail: (found: string, expected: string) => Error,
): Partial<Record<string, RValue>> {
  const matched: Record<string, RValue> = {};
  for (const { tag, value } of args) if (tag !== undefined) matched[tag] = value;
  const left = names.filter((name) => !Object.hasOwn(matched, name));
  for (const { tag, value } of args) {
    const name = tag === undefined ? left.shift() : undefined;
    if (name !== undefined) matched[name] = value;
  }
  const known = names.filter((name) => Object.hasOwn(matched, name));
  if (known.length !== args.length) throw fail('other arguments', names.join(', '));
  return matched;
}

/** The values of a constant or of a c(...) of constants; undefined for anything else. NA is NaN. */
export function constantsOf(value: RValue | undefined): (number | string)[] | undefined {
  const out: (number | string)[] = [];
  return value !== undefined && addConstants(value, out) ? out : undefined;
}

/** Adds them to a list, so that each is put there once however deep the calls of c() are. False where one is none. */
function addConstants(value: RValue, out: (number | string)[], depth = 0): boolean {
  if ('values' in value && out.length + value.values.length > MAX_CONSTANTS) return false;
  switch (value.type) {
    case 'double':
      for (const one of value.values) out.push(one);
      return true;
    case 'integer':
    case 'logical':
      if (attributesOf(value).has('levels')) return false;
      for (const one of value.values) out.push(one === NA_INTEGER ? Number.NaN : one);
      return true;
    case 'character':
      for (const one of value.values) {
        if (one === null) return false;
        out.push(one);
      }
      return true;
    case 'symbol':
      if (value.isColumn || !Object.hasOwn(NAMED, value.name)) return false;
      out.push(NAMED[value.name]!);
      return true;
    case 'language':
      return depth < MAX_DEPTH && addConstantCall(value, out, depth + 1);
    default:
      return false;
  }
}

/** What R reads as a number, but for hexadecimal fractions and the words for Infinity. */
const SPELLED = /^\s*[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|0[xX][\dA-Fa-f]+)\s*$/;

/** The number that a level spells; NaN for none. */
export function numberOf(level: Level): number {
  if (level === null || !SPELLED.test(level)) return Number.NaN;
  const text = level.trim();
  return text.startsWith('-') ? -Number(text.slice(1)) : Number(text.startsWith('+') ? text.slice(1) : text);
}

function addConstantCall({ values: [head, ...rest] }: Call, out: (number | string)[], depth: number): boolean {
  const name = functionName(head);
  if (name === undefined || !CONSTANT_CALLS.includes(name)) return false;
  const start = out.length;
  if (!rest.every((part) => addConstants(part, out, depth))) return false;
  const count = out.length - start;
  const [from, to] = [out[start], out[start + 1]] as [number, number];
  switch (name) {
    case 'c':
      return true;
    case '(':
      return rest.length === 1;
    case '-':
      out[start] = -from;
      return count === 1 && typeof from === 'number';
    default:
      if (!(count === 2 && typeof from === 'number' && typeof to === 'number' && to - from < 1000 && to >= from)) return false;
      out.length = start;
      for (let at = 0; from + at <= to; at += 1) out.push(from + at);
      return true;
  }
}

/** Calls that are constants where what they are given is. */
const CONSTANT_CALLS = ['c', '(', '-', ':'];

/** Infinite breaks of cut() as the ends of the doubles: JSON has no infinity, and values are finite. */
export function finite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}

/** Whether a value is TRUE or FALSE, or a c() of these; T and F stand for them. */
export function areTruths(value: RValue | undefined): boolean {
  if (value?.type === 'symbol') return !value.isColumn && (value.name === 'T' || value.name === 'F');
  if (value?.type === 'logical') return value.values.every((one) => one !== NA_INTEGER);
  const [head, ...parts] = value?.type === 'language' ? value.values : [];
  return (
    functionName(head) === 'c' &&
    parts.length > 0 &&
    parts.length <= 2 &&
    parts.every((part) => part.type !== 'language' && areTruths(part))
  );
}

/** The numbers of a member of a list, be it a value or a call of list(). */
export function memberOf(value: RValue | undefined, name: string): number[] | undefined {
  if (value === undefined) return undefined;
  const at = value.type === 'language' ? value.tags.indexOf(name) : -1;
  const part = value.type === 'language' ? value.values[at] : element(value, name);
  const numbers = part && constantsOf(part);
  return numbers?.every((number) => typeof number === 'number' && Number.isFinite(number)) ? (numbers as number[]) : undefined;
}

/** Whether a call takes a value that is no constant from another one, be it within other calls. */
export function isDifference(value: RValue): boolean {
  const rest = [value];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.type !== 'language') continue;
    const [head, ...parts] = next.values;
    if (functionName(head) === '-' && parts.length === 2 && parts.every((part) => constantsOf(part) === undefined)) return true;
    for (const part of parts) rest.push(part);
  }
  return false;
}
