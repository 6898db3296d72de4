import type { ModelError } from '../shared/errors.ts';
import { type Attributes, NA_INTEGER, type RValue, typeOf } from './r-values.ts';

/** Makes the error for what was found where something else was expected. */
type Fail = (found: string, expected: string) => ModelError;

/**
 * A value that R saved in a compact form (altclasses.c): `info` names the class, `state` is what it kept. Sequences are
 * written out (to at most `most` elements), wrappers taken off, deferred texts made.
 */
export function altrep(info: RValue, state: RValue, attributes: Attributes, most: number, fail: Fail): RValue {
  const name = info.type === 'pairlist' && info.values[0]?.type === 'symbol' ? info.values[0].name : typeOf(info);
  const value = expand(name, state, most, fail);
  return attributes.size > 0 && value.type !== 'null' && value.type !== 'symbol' ? { ...value, attributes } : value;
}

function expand(name: string, state: RValue, most: number, fail: Fail): RValue {
  if (name === 'compact_intseq' || name === 'compact_realseq') {
    if (state.type !== 'double' || state.values.length !== 3) throw fail(typeOf(state), `three numbers for a ${name}`);
    const [length, start, step] = Array.from(state.values) as [number, number, number];
    if (!(length >= 0 && length <= most)) throw fail(`a ${name} of length ${length}`, `at most ${most}`);
    const at = (_: unknown, place: number) => start + place * step;
    return name === 'compact_intseq'
      ? { type: 'integer', values: Int32Array.from({ length }, at) }
      : { type: 'double', values: Float64Array.from({ length }, at) };
  }
  if (name.startsWith('wrap_')) {
    const inner = state.type === 'list' || state.type === 'pairlist' ? state.values[0] : undefined;
    if (!inner) throw fail(typeOf(state), `the vector inside a ${name}`);
    return inner;
  }
  if (name === 'deferred_string') {
    const numbers = state.type === 'pairlist' ? state.values[0] : undefined;
    if (numbers?.type === 'integer') {
      return { type: 'character', values: Array.from(numbers.values, (n) => (n === NA_INTEGER ? null : String(n))) };
    }
    if (numbers?.type === 'double' && numbers.values.every((n) => Number.isInteger(n) && Math.abs(n) < 1e5)) {
      return { type: 'character', values: Array.from(numbers.values, String) };
    }
    throw fail(typeOf(numbers), 'whole numbers behind a deferred_string');
  }
  throw fail(`the compact form ${name}`, 'a sequence, a wrapper or deferred texts');
}
