/*
 * The order in which an object's keys were sent. JSON.parse puts keys that are whole numbers first, and sorts them; so rows
 * that are known by such keys (pandas' to_json()) would come in another order than they were sent in.
 */

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACE = 0x20;
/** An array's greatest index and one more: keys below it are sorted (ECMA-262, OrdinaryOwnPropertyKeys). */
const FIRST_UNSORTED = 2 ** 32 - 1;

/** A member of an object in a text: its key, and where its value begins. */
export type Member = { key: string; at: number };

/** Whether JSON.parse may have changed the order of an object's keys. */
export function mayBeSorted(keys: string[]): boolean {
  const [first = ''] = keys;
  return keys.length > 1 && /^(?:0|[1-9]\d{0,9})$/.test(first) && Number(first) < FIRST_UNSORTED;
}

/** The members of the object that begins at a place of a text, or behind white space there, in their order. The text is valid JSON. */
export function membersAt(text: string, start: number): Member[] {
  const members: Member[] = [];
  let at = skipSpace(text, start) + 1;
  for (;;) {
    at = skipSpace(text, at);
    if (text.charCodeAt(at) === CLOSE_OBJECT || at >= text.length) return members;
    const end = endOfString(text, at);
    const raw = text.slice(at + 1, end - 1);
    const key = raw.includes('\\') ? (JSON.parse(text.slice(at, end)) as string) : raw;
    const value = skipSpace(text, skipSpace(text, end) + 1);
    members.push({ key, at: value });
    at = skipSpace(text, endOfValue(text, value));
    if (text.charCodeAt(at) === COMMA) at += 1;
  }
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) <= SPACE) at += 1;
  return at;
}

/** Where a string ends that begins at a place: behind its closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Where a value ends that begins at a place: behind a closing quote or bracket, or before what follows a number or a word. */
export function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (code === COMMA || code <= SPACE)) return at;
  }
  return text.length;
}
