import { ModelError } from '../../shared/errors.ts';
import type { RValue } from '../rds/values.ts';
import { MAX_DEPTH } from './constants.ts';
import { type Around, BASE, mayBeColumn, type ScopeParts } from './scope.ts';

/** Arguments with a name that may be columns; any other that is T or F is an option. */
const VALUES = ['test', 'yes', 'no'];

/**
 * pi, T and F in a formula. They are R's own where nothing hides them; a column of the data does, and so does a variable of the
 * formula's environment.
 */
export class BaseNames {
  /** Those that are taken for R's own, though the data may have a column of the name: its columns are not known. */
  readonly assumed = new Set<string>();
  readonly #hidden = new Map<string, RValue>();
  readonly #settled = new WeakSet<object>();
  readonly #label: string;

  /** Throws a ModelError where nobody knows what one of them stands for. */
  constructor({ innermost, columns }: Around, { variables, bare, data }: ScopeParts, label: string) {
    this.#label = label;
    for (const [name, isValue] of namesIn(variables)) {
      const kept = innermost.get(name);
      if (bare.has(name) || columns.has(name)) this.#hidden.set(name, { type: 'symbol', name, isColumn: true });
      else if (!kept || kept.type === 'function') {
        if (data === undefined && isValue) this.assumed.add(name);
      } else if (kept.type !== 'constant')
        throw new ModelError(label, `the variable ${name}, which the formula's environment defines anew`, 'one number, or another name');
      else if (data === undefined && isValue) throw mayBeColumn(name, kept.value, label);
      else this.#hidden.set(name, constant(kept.value));
    }
  }

  /** A part of the formula in which each of these names is what it stands for. */
  settled(value: RValue, depth = 0): RValue {
    if (this.#hidden.size === 0) return value;
    if (value.type === 'symbol') return this.#hidden.get(value.name) ?? value;
    if (value.type !== 'language' || this.#settled.has(value)) return value;
    if (depth > MAX_DEPTH) throw new ModelError(this.#label, 'a formula nested too deep', `at most ${MAX_DEPTH} deep`);
    const [head, ...parts] = value.values;
    const made = { ...value, values: [head as RValue, ...parts.map((part) => this.settled(part, depth + 1))] };
    this.#settled.add(made);
    return made;
  }
}

/** Which of the names stand in some variables; whether one does otherwise than as an option of a call, which no column can be: raw = T. */
function namesIn(variables: readonly RValue[]): Map<string, boolean> {
  const found = new Map<string, boolean>();
  const rest = [...variables];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.type === 'symbol' && BASE.has(next.name)) found.set(next.name, true);
    if (next.type !== 'language') continue;
    const { values, tags } = next;
    values.forEach((part, at) => {
      const tag = tags[at];
      const isOption = part.type === 'symbol' && part.name !== 'pi' && tag !== undefined && !VALUES.includes(tag);
      if (isOption && BASE.has(part.name)) found.set(part.name, found.get(part.name) ?? false);
      else if (at > 0) rest.push(part);
    });
  }
  return found;
}

function constant(value: number | string): RValue {
  return typeof value === 'string' ? { type: 'character', values: [value] } : { type: 'double', values: Float64Array.of(value) };
}
