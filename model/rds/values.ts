import { ModelError } from '../../shared/errors.ts';
import type { Level } from '../../shared/schema/features.ts';
import { isText } from './texts.ts';

/** A value's attributes by name (names, class, dim, levels...). */
export type Attributes = ReadonlyMap<string, RValue>;

/**
 * An R value as data. Vectors keep R's codes: NA is the least integer in logical and integer vectors, a NaN with the
 * low word 1954 in doubles, null in character vectors. Language is kept as the tree it is and never evaluated; what holds
 * code or points out of the file (closures, environments, byte code...) is only a word for what was there.
 */
export type RValue =
  | { type: 'null' }
  | { type: 'logical' | 'integer'; values: Int32Array; attributes?: Attributes }
  | { type: 'double'; values: Float64Array; attributes?: Attributes }
  | { type: 'character'; values: (string | null)[]; attributes?: Attributes }
  | { type: 'raw'; values: Uint8Array; attributes?: Attributes }
  | { type: 'list'; values: RValue[]; attributes?: Attributes }
  /** A long list of plain double vectors, without names: element k is `values` from `starts[k]` up to `starts[k + 1]`. */
  | { type: 'packed'; starts: Uint32Array; values: Float64Array }
  | { type: 'pairlist' | 'language'; values: RValue[]; tags: (string | undefined)[]; attributes?: Attributes }
  | { type: 'symbol'; name: string; isColumn?: true }
  | {
      type: 'opaque';
      what: string;
      attributes?: Attributes;
      variables?: ReadonlyMap<string, Kept>;
      /** Of an object of a reference class, and of what nls() keeps, the variables as they are. */
      fields?: ReadonlyMap<string, RValue>;
      enclosing?: RValue;
      value?: Kept;
      /** The name of a function of R's core: sqrt, as.double. */
      builtin?: string;
      state?: RValue;
    };

/**
 * What is kept of a variable in an environment (or of a promise): one number, one text, a raw vector, the names of a data frame's
 * columns, or that it is a function, and of one of R's base the names of its arguments; a short vector of numbers, where the environment
 * has few variables. Of anything else only that it is there: it hides what an outer environment calls by its name.
 */
export type Kept =
  | { type: 'constant'; value: number | string; whole?: 'integer' | 'logical' }
  | { type: 'columns'; names: string[] }
  | { type: 'numbers'; values: Float64Array }
  | { type: 'raw'; values: Uint8Array }
  | { type: 'function'; base?: (string | undefined)[] }
  | { type: 'other' };

/** R's NA in integer and logical vectors. */
export const NA_INTEGER = -2147483648;

/** What a value is, in R's words, for an error's text. */
export function typeOf(value: RValue | undefined): string {
  if (value === undefined || value.type === 'null') return 'NULL';
  if (value.type === 'opaque') return value.what;
  if (value.type === 'symbol') return `symbol ${value.name}`;
  if (value.type === 'packed') return `list of length ${value.starts.length - 1}`;
  return `${value.type} of length ${value.values.length}`;
}

const OTHER: Kept = { type: 'other' };

/** R's base namespace, whose functions are known by their arguments. */
export const BASE: RValue = { type: 'opaque', what: 'an environment' };

/** What is kept of a function: `formals` are its arguments, `isBase` says whether it is one of R's base. */
function functionOf(formals: RValue | undefined, isBase: boolean): Kept {
  return { type: 'function', ...(isBase && formals?.type === 'pairlist' ? { base: formals.tags } : {}) };
}

/**
 * A function. It may be an object, as kernlab's kernels are: then its class and its slots are data. Its source is not kept; of its
 * environment, where it has few variables, the numbers are kept: a family of mgcv has what it estimated beside its functions. An
 * environment with fields is kept itself.
 */
export function closureOf(formals: RValue | undefined, environment: RValue | undefined, attributes: Attributes | undefined): RValue {
  const ofClass = attributes?.has('class') ? { attributes } : {};
  const numbers = environment?.type === 'opaque' && environment.variables ? numbersAround(environment.variables) : undefined;
  const beside = numbers && numbers.size > 0 ? { variables: numbers } : {};
  const within = environment?.type === 'opaque' && environment.fields ? { enclosing: environment } : {};
  return { type: 'opaque', what: 'a function', value: functionOf(formals, environment === BASE), ...ofClass, ...beside, ...within };
}

/** Most variables of an environment whose vectors of numbers are kept: nothing is kept of a whole workspace but its names. */
export const FEW = 8;
/** Most variables of an environment that is kept with a function. */
const MANY = 32;
/** The numbers of each environment: those of many functions are the same. */
const NUMBERS = new WeakMap<ReadonlyMap<string, Kept>, ReadonlyMap<string, Kept>>();

function numbersAround(variables: ReadonlyMap<string, Kept>): ReadonlyMap<string, Kept> | undefined {
  if (variables.size > MANY) return undefined;
  const areNumbers = (kept: Kept) => kept.type === 'numbers' || (kept.type === 'constant' && typeof kept.value === 'number');
  const known = NUMBERS.get(variables) ?? new Map([...variables].filter(([, kept]) => areNumbers(kept)));
  NUMBERS.set(variables, known);
  return known;
}

/** Most numbers that are kept of a variable. */
const MAX_KEPT = 1000;

/** What is kept of a value that stands in an environment, which may be one of few variables. */
export function keptOf(value: RValue, isOfFew = false): Kept {
  if (value.type === 'opaque') return value.value ?? OTHER;
  if (value.type === 'raw') return { type: 'raw', values: value.values };
  const attributes = attributesOf(value);
  if (value.type === 'list' && classOf(value).includes('data.frame')) {
    const names = attributes.get('names');
    return names?.type === 'character' ? { type: 'columns', names: names.values.filter((name) => name !== null) } : OTHER;
  }
  const isShort = isOfFew && value.type === 'double' && value.values.length !== 1 && value.values.length <= MAX_KEPT;
  if (isShort && !attributes.has('class')) return { type: 'numbers', values: value.values };
  if (
    (value.type !== 'double' && value.type !== 'integer' && value.type !== 'logical' && value.type !== 'character') ||
    value.values.length !== 1
  )
    return OTHER;
  const [one] = value.values;
  const isNA = one === null || one === undefined || (value.type !== 'double' && one === NA_INTEGER);
  if (isNA || attributes.has('class')) return OTHER;
  return value.type === 'integer' || value.type === 'logical'
    ? { type: 'constant', value: one, whole: value.type }
    : { type: 'constant', value: one };
}

/** An argument of a function, by its value. Of a call (a formula is one) it is there whole. */
export function promiseOf(value: RValue): RValue {
  return { type: 'opaque', what: 'a promise', value: keptOf(value), ...(value.type === 'language' ? { state: value } : {}) };
}

/** The attributes of a value; none where it has none. */
export function attributesOf(value: RValue): Attributes {
  return ('attributes' in value && value.attributes) || new Map();
}

/** A value with its attributes. A packed list with some is a list like any other: a data frame, say. None take no map: a file may have millions of none. */
export function withAttributes(value: RValue, attributes: Attributes): RValue {
  if (value.type === 'null' || value.type === 'symbol' || attributes.size === 0) return value;
  return value.type === 'packed' ? { type: 'list', values: listOf(value, 'a list'), attributes } : { ...value, attributes };
}

/** A value's class attribute; empty where it has none. */
export function classOf(value: RValue): string[] {
  const classes = attributesOf(value).get('class');
  return classes?.type === 'character' ? classes.values.filter((name) => name !== null) : [];
}

/** Places of names in lists that have many: looked up again and again, each time one after another, they would take the square of their number. */
const PLACES = new WeakMap<(string | null)[], Map<string | null, number>>();
const MANY_NAMES = 16;

/** The place of the first of some names that is this one, -1 where none is. */
function placeOf(names: (string | null)[], name: string): number {
  if (names.length < MANY_NAMES) return names.indexOf(name);
  let places = PLACES.get(names);
  if (!places) {
    places = new Map();
    for (const [place, one] of names.entries()) if (!places.has(one)) places.set(one, place);
    PLACES.set(names, places);
  }
  return places.get(name) ?? -1;
}

/** The element called `name` of a named list, or undefined. */
export function element(value: RValue, name: string): RValue | undefined {
  if (value.type !== 'list') return undefined;
  const names = attributesOf(value).get('names');
  const place = names?.type === 'character' ? placeOf(names.values, name) : -1;
  const found = value.values[place];
  return found?.type === 'null' ? undefined : found;
}

/** The time zone that R notes with times, in the attribute tzone; undefined for none and for UTC by any of its names. */
export function timeZoneOf(zone: RValue | undefined): string | undefined {
  const name = zone?.type === 'character' ? zone.values[0] : undefined;
  return !name || /^(?:UTC|GMT|Etc\/UTC|Etc\/GMT)$/.test(name) ? undefined : name;
}

/** Vectors of so many numbers whose NA were looked for: a file may name one again and again. */
const LEAST_KEPT = 1_000;
const WITH_NAN = new WeakMap<Int32Array, Int32Array | Float64Array>();

function withNaN(values: Int32Array): Int32Array | Float64Array {
  return values.includes(NA_INTEGER) ? Float64Array.from(values, (number) => (number === NA_INTEGER ? Number.NaN : number)) : values;
}

/** The numbers of an integer, logical or double vector; NA is NaN. Throws where it is none. */
export function numbersOf(value: RValue | undefined, label: string): Int32Array | Float64Array {
  if (value?.type === 'double') return value.values;
  if (value?.type === 'integer' || value?.type === 'logical') {
    if (value.values.length < LEAST_KEPT) return withNaN(value.values);
    const found = WITH_NAN.get(value.values) ?? withNaN(value.values);
    WITH_NAN.set(value.values, found);
    return found;
  }
  throw new ModelError(label, typeOf(value), 'a numeric vector');
}

/** A text that is a name or a label. Throws where its bytes are none in the encoding that the file gives them: it must not change. */
export function readText(text: string, label: string): string {
  if (isText(text)) return text;
  throw new ModelError(
    label,
    'a text that is not in the encoding its file says',
    'UTF-8, latin1 or that encoding: in R, enc2utf8() on names and levels',
  );
}

/** The texts of a character vector. Throws where it is none, or has an NA. */
export function textsOf(value: RValue | undefined, label: string): string[] {
  if (value?.type !== 'character') throw new ModelError(label, typeOf(value), 'a character vector');
  return value.values.map((text, at) => {
    if (text === null) throw new ModelError(`${label}[${at + 1}]`, 'NA', 'a text');
    return readText(text, `${label}[${at + 1}]`);
  });
}

/** The levels of a factor; NA may be one of them. Throws where a value is no character vector, is empty or has a level twice. */
export function levelsOf(value: RValue | undefined, label: string): Level[] {
  if (value?.type !== 'character') throw new ModelError(label, typeOf(value), 'a character vector');
  const levels = value.values;
  if (levels.length === 0) throw new ModelError(label, 'none', 'at least one');
  const seen = new Set<Level>();
  for (const level of levels) {
    if (seen.has(level)) throw new ModelError(label, `${JSON.stringify(level)} twice`, 'each once');
    if (level !== null) readText(level, `${label}[${seen.size + 1}]`);
    seen.add(level);
  }
  return levels;
}

/** Most elements of a packed list that become values, each of which takes twenty times its bytes: no list that is read so has as many. */
export const MAX_UNPACKED = 2 ** 20;

/** The elements of a list. Throws where it is none, or a packed one of too many. */
export function listOf(value: RValue | undefined, label: string): RValue[] {
  if (value?.type === 'packed') {
    const { starts, values } = value;
    if (starts.length - 1 > MAX_UNPACKED) throw new ModelError(label, typeOf(value), `at most ${MAX_UNPACKED} elements`);
    return Array.from({ length: starts.length - 1 }, (_, at) => ({ type: 'double', values: values.subarray(starts[at], starts[at + 1]) }));
  }
  if (value?.type === 'list') return value.values;
  throw new ModelError(label, typeOf(value), 'a list');
}

/** The elements of a list with their names. Throws where it is none, or has not as many names. */
export function namedListOf(value: RValue | undefined, label: string): [name: string, value: RValue][] {
  const values = listOf(value, label);
  const names = values.length === 0 ? [] : textsOf(value && attributesOf(value).get('names'), `${label}, their names`);
  if (names.length !== values.length) throw new ModelError(label, `${names.length} names of ${values.length} elements`, 'a name for each');
  return values.map((one, at) => [names[at]!, one]);
}

/** The one text of a character vector of length 1. Throws where it is none. */
export function textOf(value: RValue | undefined, label: string): string {
  const texts = textsOf(value, label);
  if (texts.length !== 1) throw new ModelError(label, `${texts.length} texts`, 'one');
  return texts[0] as string;
}
