import { RequestError } from '../errors.ts';

/** Deepest nesting of arrays and objects in a body. */
export const MAX_DEPTH = 8;

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The value of a JSON text, strictly: at most MAX_DEPTH deep (checked before anything is built), no duplicate key, no
 * `__proto__`. Throws a 400 that names `label` otherwise.
 */
export function parseJson(text: string, label = 'the body'): unknown {
  const keys = scan(text, label);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RequestError(400, `${label} is not JSON: ${reason(error as Error, text)}`);
  }
  if (checkKeys(value, label) !== keys) throw new RequestError(400, `${label} has an object with a duplicate key`);
  return value;
}

/**
 * The keys of a value and of all it holds, counted. Throws a 400 for a key `__proto__` or for a nesting too deep: a direct
 * invoke hands over values that no scan has seen.
 */
export function checkKeys(value: unknown, label = 'the body', depth = 0): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= MAX_DEPTH) throw tooDeep(label);
  let keys = 0;
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === 'object') keys += checkKeys(element, label, depth + 1);
    return keys;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw new RequestError(400, `${label} has the key "__proto__", which is refused`);
    keys += 1 + checkKeys((value as Record<string, unknown>)[key], label, depth + 1);
  }
  return keys;
}

/** Counts the colons outside of strings, which are the keys of a valid JSON text, and refuses deep nesting. */
function scan(text: string, label: string): number {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at += 1;
      while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
    } else if (code === COLON) keys += 1;
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > MAX_DEPTH) throw tooDeep(label);
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth -= 1;
  }
  return keys;
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
