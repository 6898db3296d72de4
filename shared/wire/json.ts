import { RequestError } from '../errors.ts';

/** Deepest nesting of arrays and objects in a body. */
export const MAX_DEPTH = 8;

/**
 * Most keys of one object. Its features are far fewer, and what reads it looks at all keys several times, at some microseconds each.
 * Numbers of at most SHORT digits are not counted: a row's number in pandas' to_json() is one, and an object keeps them as an array.
 */
export const MAX_KEYS = 100_000;
const SHORT = 6;
/** Keys that the refusal of such an object names, and most characters of one. */
const SHOWN = { keys: 3, characters: 40 };

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [ZERO, NINE] = [0x30, 0x39];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The value of a JSON text, strictly: at most MAX_DEPTH deep and MAX_KEYS in an object (checked before anything is built), no duplicate
 * key, no `__proto__` but where `takesProto` (it is a member like others then, and may be read as such alone). Throws a 400, or a 413 for
 * too many keys, that names `label` otherwise.
 */
export function parseJson(text: string, label = 'the body', takesProto = false): unknown {
  const keys = scan(text, label);
  let value: unknown;
  // As in RequestError: nobody sees the stack of its error, and a payload may have as many bad lines as it has bytes.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RequestError(400, `${label} is not JSON: ${reason(error as Error, text)}`);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  if (checkKeys(value, label, takesProto) !== keys) throw new RequestError(400, `${label} has an object with a duplicate key`);
  return value;
}

/**
 * The keys of a value and of all it holds, counted. Throws as parseJson does: a direct invoke hands over values that no scan
 * has seen.
 */
export function checkKeys(value: unknown, label = 'the body', takesProto = false, depth = 0): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= MAX_DEPTH) throw tooDeep(label);
  let keys = 0;
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === 'object') keys += checkKeys(element, label, takesProto, depth + 1);
    return keys;
  }
  const names = Object.keys(value);
  if (names.length > MAX_KEYS) {
    const counted = names.filter((key) => !(key.length <= SHORT && /^\d+$/.test(key)));
    if (counted.length > MAX_KEYS) throw tooManyKeys(label, counted);
  }
  for (const key of names) {
    if (key === '__proto__' && !takesProto) throw new RequestError(400, `${label} has the key "__proto__", which is refused`);
    keys += 1 + checkKeys((value as Record<string, unknown>)[key], label, takesProto, depth + 1);
  }
  return keys;
}

/** Counts the colons outside of strings, which are the keys of a valid JSON text. Refuses deep nesting, and an object with too many keys. */
function scan(text: string, label: string): number {
  // Of each object or array around the place: where it begins, and its keys so far.
  const starts = new Int32Array(MAX_DEPTH + 1);
  const counts = new Int32Array(MAX_DEPTH + 1);
  let depth = 0;
  let keys = 0;
  // Where the last string lies, its quotes among it.
  let [from, end] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      from = at;
      at += 1;
      while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
      end = at + 1;
    } else if (code === COLON) {
      keys += 1;
      if (isShortNumber(text, from + 1, end - 1)) continue;
      counts[depth] = counts[depth]! + 1;
      if (counts[depth]! > MAX_KEYS) throw tooManyKeys(label, firstKeys(text, starts[depth]!));
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > MAX_DEPTH) throw tooDeep(label);
      starts[depth] = at;
      counts[depth] = 0;
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth = Math.max(0, depth - 1);
  }
  return keys;
}

/** Whether the characters between two places are a number of few digits. */
function isShortNumber(text: string, from: number, end: number): boolean {
  if (end <= from || end - from > SHORT) return false;
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}

/** The first keys of an object that begins at a place, as far as they stand near. */
function firstKeys(text: string, start: number): string[] {
  const near = text.slice(start, start + 1_000);
  return Array.from(near.matchAll(/"([^"\\]*)"\s*:/g), ([, key]) => key as string);
}

function tooManyKeys(label: string, keys: string[]): RequestError {
  const named = keys
    .slice(0, SHOWN.keys)
    .map((key) => JSON.stringify(key.length > SHOWN.characters ? `${key.slice(0, SHOWN.characters)}...` : key));
  const first = named.length === 0 ? '' : `, ${named.join(', ')} and so on`;
  return new RequestError(
    413,
    `${label} has an object with more than ${MAX_KEYS} keys${first}; expected the model's features, or fewer rows`,
  );
}

function tooDeep(label: string): RequestError {
  return new RequestError(400, `${label} is nested more than ${MAX_DEPTH} deep`);
}

/** The parser's words without the piece of the body that V8 quotes in them. */
function reason(error: Error, text: string): string {
  const position = / at position \d+/.exec(error.message)?.[0] ?? '';
  if (error.message.startsWith('Unexpected end') || position === ` at position ${text.length}`) return 'it ends too early';
  return `there is an unexpected character${position}`;
}
