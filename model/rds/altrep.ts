import type { ModelError } from '../../shared/errors.ts';
import { type Attributes, MAX_UNPACKED, NA_INTEGER, type RValue, typeOf, withAttributes } from './values.ts';

/** Makes the error for what was found where something else was expected. */
type Fail = (found: string, expected: string) => ModelError;

/** What a text made from a number counts for among the elements of sequences, since it takes so much more memory. */
const TEXT = 4;

/**
 * A value that R saved in a compact form (altclasses.c): `info` names the class, `state` is what it kept. Sequences are
 * written out, wrappers taken off, deferred texts made. `made` counts the elements made, at most `most`.
 */
export function altrep(info: RValue, state: RValue, attributes: Attributes, most: number, fail: Fail): { value: RValue; made: number } {
  const name = info.type === 'pairlist' && info.values[0]?.type === 'symbol' ? info.values[0].name : typeOf(info);
  const { value, made } = expand(name, state, most, fail);
  if (value.type === 'packed' && value.starts.length > MAX_UNPACKED && attributes.size > 0)
    throw fail(typeOf(value), `at most ${MAX_UNPACKED} elements`);
  return { value: attributes.size === 0 ? value : withAttributes(value, attributes), made };
}

function expand(name: string, state: RValue, most: number, fail: Fail): { value: RValue; made: number } {
  if (name === 'compact_intseq' || name === 'compact_realseq') return sequence(name, state, most, fail);
  if (name.startsWith('wrap_')) {
    const inner = state.type === 'list' || state.type === 'pairlist' ? state.values[0] : undefined;
    if (!inner) throw fail(typeOf(state), `the vector inside a ${name}`);
    return { value: inner, made: 0 };
  }
  if (name === 'deferred_string') {
    const numbers = state.type === 'pairlist' ? state.values[0] : undefined;
    const isWhole = numbers?.type === 'double' && numbers.values.every((n) => Number.isInteger(n) && Math.abs(n) < 1e5);
    // R writes other doubles in another way; such texts name columns of what is not needed here.
    if (numbers?.type === 'double' && !isWhole) return { value: { type: 'opaque', what: 'texts made of doubles' }, made: 0 };
    if (numbers?.type !== 'integer' && numbers?.type !== 'double') throw fail(typeOf(numbers), 'numbers behind a deferred_string');
    const made = numbers.values.length * TEXT;
    if (made > most) throw fail(`${numbers.values.length} deferred texts`, `at most ${Math.floor(most / TEXT)}`);
    return { value: { type: 'character', values: Array.from(numbers.values, (n) => (n === NA_INTEGER ? null : String(n))) }, made };
  }
  // A package's class: what it kept is for the reader of its objects.
  if (state.type === 'raw') return { value: { type: 'opaque', what: `an object of the compact form ${name}`, state }, made: 0 };
  throw fail(`the compact form ${name}`, 'a sequence, a wrapper or deferred texts');
}

/** A sequence from its length, first element and step. */
function sequence(name: string, state: RValue, most: number, fail: Fail): { value: RValue; made: number } {
  if (state.type !== 'double' || state.values.length !== 3) throw fail(typeOf(state), `three numbers for a ${name}`);
  const [length, start, step] = Array.from(state.values) as [number, number, number];
  if (!(Number.isInteger(length) && length >= 0 && length <= most)) throw fail(`a ${name} of length ${length}`, `at most ${most}`);
  const values = name === 'compact_intseq' ? new Int32Array(length) : new Float64Array(length);
  for (let at = 0; at < length; at += 1) values[at] = start + at * step;
  const value: RValue = values instanceof Int32Array ? { type: 'integer', values } : { type: 'double', values };
  return { value, made: length };
}
