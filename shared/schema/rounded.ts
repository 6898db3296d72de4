import type { Schema } from './features.ts';
import { MAX_INTEGER64 } from './integer64.ts';

/** A number with its parts: digits before the point, behind it, and the exponent. Every run of digits is matched once, so in linear time. */
const NUMBER = /(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?/g;

/**
 * The numbers of a JSON text that are no whole numbers, but which a double rounds to one (4503599627370497.5), by that double. JSON.parse
 * leaves no trace of them, so an integer64 with such a value has to be refused. Undefined where there are none, or no feature is one.
 */
export function roundedNumbers(schema: Schema, text: string | undefined): ReadonlyMap<number, string> | undefined {
  if (text === undefined || !hasInteger64(schema)) return undefined;
  let rounded: Map<number, string> | undefined;
  for (const [spelt, whole, fraction, exponent] of text.matchAll(NUMBER)) {
    if (fraction === undefined && exponent === undefined) continue;
    const number = Number(spelt);
    if (!Number.isInteger(number) || number > MAX_INTEGER64 || isWhole(whole as string, fraction, exponent)) continue;
    rounded ??= new Map();
    rounded.set(number, spelt);
  }
  return rounded;
}

const INTEGER64 = new WeakMap<Schema, boolean>();

function hasInteger64(schema: Schema): boolean {
  const has = INTEGER64.get(schema) ?? schema.features.some(({ type }) => type === 'integer64');
  INTEGER64.set(schema, has);
  return has;
}

/** Whether a decimal number as a CSV spells it is a whole number: 5, 5.0, 0.5e1. */
export function isWholeDecimal(text: string): boolean {
  const [, whole = '', fraction, exponent] = /^[+-]?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  return isWhole(whole, fraction, exponent);
}

/** Whether nothing but zeros stands behind the decimal point once the exponent has moved it. */
function isWhole(whole: string, fraction = '', exponent = '0'): boolean {
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  return /^0*$/.test(point <= 0 ? digits : digits.slice(point));
}
