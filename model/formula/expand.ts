import { ModelError } from '../../shared/errors.ts';
import type { RValue } from '../rds/values.ts';
import { MAX_DEPTH } from './constants.ts';
import { deparse } from './deparse.ts';
import type { Terms } from './terms.ts';

/** Most terms of one formula, and most variables of all terms together. */
const MAX_TERMS = 2_000;
const MAX_PARTS = 100_000;
const CROSSED = ['+', '-', ':', '*', '%in%', '/', '^', '('];

/** A term by the places of its variables, in ascending order. */
type Term = readonly number[];
/** What a formula says beside its variables: their pattern in each term (0, 1 or 2), the intercept, and which variables are offsets. */
export type Expanded = Pick<Terms, 'factors' | 'intercept' | 'offsets'>;

/**
 * Makes the terms of formulas, as R's terms.formula() does (src/library/stats/src/model.c), where a file has a formula without them.
 * Formulas that are expanded one after the other share their variables, in the order in which they name them.
 */
export class Expander {
  /** The variables, as the formulas have them. */
  readonly variables: RValue[] = [];
  readonly #label: string;
  readonly #places = new Map<string, number>();
  #intercept = true;
  readonly #made: { parts: number };
  #depth = 0;

  /** `of`: what a formula is a part of, with which it shares the limit of parts and no variables. */
  constructor(label: string, of?: Expander) {
    this.#label = label;
    this.#made = of ? of.#made : { parts: 0 };
  }

  /** The terms of the right side of a formula. Its patterns have a place for each variable that was named so far. */
  expand(side: RValue): Expanded {
    this.#intercept = true;
    const found = this.#encode(side, true);
    const isOffset = (place: number) => argumentsOf(this.variables[place] as RValue, 'offset') !== undefined;
    const offsets = Array.from(this.variables.keys()).filter(isOffset);
    const terms = found.filter((term) => term.length > 0 && !term.some(isOffset)).sort((one, other) => one.length - other.length);
    const factors = terms.map((term, at) => {
      const pattern = new Uint8Array(this.variables.length);
      for (const place of term) pattern[place] = codeOf(terms, at, place);
      return pattern;
    });
    return { factors, intercept: this.#intercept, offsets };
  }

  /** The place of a variable: that of the same call before it, or a new one (InstallVar). */
  place(variable: RValue): number {
    const key = keyOf(variable);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.variables.length);
    this.variables.push(variable);
    return this.variables.length - 1;
  }

  /** EncodeVars; `adds` is R's parity: whether 1 puts the intercept in. */
  #encode(value: RValue, adds: boolean): Term[] {
    if (value.type === 'null') return [];
    if ((value.type === 'double' || value.type === 'integer') && value.values.length === 1) {
      const [number] = value.values;
      if (number !== 0 && number !== 1) throw this.#fail(value, String(number), '0, 1 and variables');
      this.#intercept = adds === (number === 1);
      return [];
    }
    if (value.type === 'symbol') {
      if (value.name === '.') throw this.#fail(value, 'a dot', 'the names of the variables');
      return [[this.place(value)]];
    }
    if (value.type !== 'language') throw this.#fail(value, 'that', 'variables and functions of them');
    if (argumentsOf(value, '+')?.length === 2) return this.#sum(value, adds);
    const [head, first, second, ...more] = value.values;
    const name = head?.type === 'symbol' ? head.name : '';
    if (!CROSSED.includes(name) || !first || more.length > 0) return [[this.place(value)]];
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ModelError(this.#label, 'a formula nested too deep', `at most ${MAX_DEPTH} deep`);
    const terms = this.#operate(name, first, second, adds);
    this.#depth -= 1;
    return terms;
  }

  /** A sum, whose left sides may be sums by the hundred. */
  #sum(value: RValue, adds: boolean): Term[] {
    const parts: RValue[] = [];
    let left = value;
    for (let sides = argumentsOf(left, '+'); sides?.length === 2; sides = argumentsOf(left, '+')) {
      parts.push(sides[1] as RValue);
      left = sides[0] as RValue;
    }
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ModelError(this.#label, 'a formula nested too deep', `at most ${MAX_DEPTH} deep`);
    const terms = [left, ...parts.reverse()].flatMap((part) => this.#encode(part, adds));
    this.#depth -= 1;
    return this.#each(terms);
  }

  #operate(name: string, first: RValue, second: RValue | undefined, adds: boolean): Term[] {
    if (name === '(') return this.#encode(first, adds);
    if (!second) {
      if (name === '+') return this.#encode(first, adds);
      if (name === '-') return this.#without([], this.#encode(first, !adds));
      throw this.#fail(first, `the operator ${name} with one side`, 'two');
    }
    const left = this.#encode(first, adds);
    if (name === '^') return this.#power(left, second);
    const right = this.#encode(second, name === '-' ? !adds : adds);
    switch (name) {
      case '-':
        return this.#without(left, right);
      case ':':
        return this.#each(this.#products(left, right));
      case '*':
        return this.#each([...left, ...right, ...this.#products(left, right)]);
      case '/':
        return this.#each([...left, ...this.#products([left.flat()], right)]);
      default:
        return this.#each(this.#products(left, [right.flat()]));
    }
  }

  #power(left: Term[], exponent: RValue): Term[] {
    const power = exponent.type === 'double' || exponent.type === 'integer' ? exponent.values[0]! : Number.NaN;
    if (!(Number.isInteger(power) && power >= 1 && power <= MAX_TERMS))
      throw this.#fail(exponent, 'that power', 'a whole number from 1 on');
    let made = left;
    for (let at = 1; at < power; at += 1) {
      const next = this.#each([...made, ...left, ...this.#products(made, left)]);
      // No further power has more.
      if (next.length === made.length) break;
      made = next;
    }
    return made;
  }

  #without(left: Term[], right: Term[]): Term[] {
    const gone = new Set(right.map(String));
    return left.filter((term) => !gone.has(String(term)));
  }

  #products(left: Term[], right: Term[]): Term[] {
    if (left.length * right.length > MAX_TERMS) throw new ModelError(this.#label, 'too many terms', `at most ${MAX_TERMS}`);
    return left.flatMap((one) => right.map((other) => [...new Set([...one, ...other])].sort((a, b) => a - b)));
  }

  /** Each term once, at its first place. */
  #each(terms: Term[]): Term[] {
    this.#made.parts += terms.reduce((sum, { length }) => sum + length, 0);
    if (terms.length > MAX_TERMS || this.#made.parts > MAX_PARTS)
      throw new ModelError(this.#label, 'too many terms', `at most ${MAX_TERMS}`);
    return [...new Map(terms.map((term) => [String(term), term])).values()];
  }

  #fail(value: RValue, found: string, expected: string): ModelError {
    return new ModelError(`${this.#label}, ${deparse(value).slice(0, 100)}`, found, expected);
  }
}

/** TermCode: 1 (by contrasts) where a term before it has the others of its variables, else 2 (a column for each level). */
function codeOf(terms: readonly Term[], at: number, place: number): number {
  const rest = (terms[at] as Term).filter((one) => one !== place);
  return rest.length === 0 || terms.slice(0, at).some((term) => rest.every((one) => term.includes(one))) ? 1 : 2;
}

/** The arguments of a call of that function; undefined for anything else. */
export function argumentsOf(value: RValue, name: string): RValue[] | undefined {
  if (value.type !== 'language') return undefined;
  const [head, ...given] = value.values;
  return head?.type === 'symbol' && head.name === name ? given : undefined;
}

/** A text that two calls share where they are the same. */
export function keyOf(value: RValue): string {
  switch (value.type) {
    case 'symbol':
      return `\`${value.name}\``;
    case 'language':
      return `(${value.values.map((part, at) => `${value.tags[at] ?? ''}=${keyOf(part)}`).join(' ')})`;
    case 'logical':
    case 'integer':
    case 'double':
    case 'character':
      return `${value.type} ${JSON.stringify(Array.from<number | string | null>(value.values))}`;
    default:
      return value.type;
  }
}
