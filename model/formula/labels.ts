import { numberText } from '../../shared/math/significant.ts';
import { NA_INTEGER, type RValue } from '../rds/values.ts';
import { constantsOf, functionName } from './constants.ts';

/** Most texts of one constant, and the deepest calls of c(). */
const MAX_TEXTS = 2 ** 20;
const MAX_DEPTH = 100;
/** Whole numbers below it have the same text, be they integers or doubles: 1e+05 is the double's. */
const ALIKE = 1e5;

type Found = { texts: string[]; kinds: Set<RValue['type']>; isLarge: boolean };

/**
 * The texts of constants, be it one or a c() of them, as R compares them with a factor's or a text's labels: TRUE, 1e+05 for a double,
 * 100000 for an integer. Undefined for anything else, for NA, and for a c() that makes numbers of one kind of those of another.
 */
export function labelsOf(value: RValue | undefined): string[] | undefined {
  const found: Found = { texts: [], kinds: new Set(), isLarge: false };
  if (value === undefined || !addLabels(value, found, 0)) return undefined;
  const { texts, kinds, isLarge } = found;
  const hasNumbers = kinds.has('double') || kinds.has('integer');
  const isMixed = (kinds.has('logical') && hasNumbers) || (kinds.has('double') && kinds.has('integer') && isLarge);
  return isMixed ? undefined : texts;
}

/** The text of a constant whose kind is not known: a variable of a formula's environment. */
export function labelOf(constant: number | string): string {
  return typeof constant === 'string' ? constant : numberText(constant);
}

function addLabels(value: RValue, found: Found, depth: number): boolean {
  if (value.type === 'language') {
    const [head, ...parts] = value.values;
    const name = functionName(head);
    if (name === 'c' || (name === '(' && parts.length === 1))
      return depth < MAX_DEPTH && parts.every((part) => addLabels(part, found, depth + 1));
    // 1:3 is of integers; -1 of what 1 is.
    const [first] = parts;
    const kind = name === ':' ? 'integer' : first?.type === 'integer' ? 'integer' : 'double';
    const numbers = constantsOf(value);
    return numbers?.every((one) => typeof one === 'number' && addNumber(one, kind, found)) ?? false;
  }
  if (value.type === 'symbol') {
    if (value.name === 'T' || value.name === 'F') return add(value.name === 'T' ? 'TRUE' : 'FALSE', 'logical', found);
    const [number] = constantsOf(value) ?? [];
    return typeof number === 'number' && addNumber(number, 'double', found);
  }
  if (constantsOf(value) === undefined) return false;
  switch (value.type) {
    case 'character':
      return value.values.every((one) => one !== null && add(one, 'character', found));
    case 'logical':
      return value.values.every((one) => one !== NA_INTEGER && add(one === 0 ? 'FALSE' : 'TRUE', 'logical', found));
    case 'integer':
    case 'double':
      return value.values.every((one) => one !== NA_INTEGER && addNumber(one, value.type === 'integer' ? 'integer' : 'double', found));
    default:
      return false;
  }
}

function addNumber(value: number, kind: 'integer' | 'double', found: Found): boolean {
  if (Number.isNaN(value)) return false;
  if (Math.abs(value) >= ALIKE) found.isLarge = true;
  return add(kind === 'integer' ? String(value) : numberText(value), kind, found);
}

function add(text: string, kind: RValue['type'], { texts, kinds }: Found): boolean {
  kinds.add(kind);
  texts.push(text);
  return texts.length <= MAX_TEXTS;
}
