import { RequestError } from '../errors.ts';
import type { BodyForm, DeclaredForm } from './media.ts';

const [QUOTE, BACKSLASH, LINE, SPACE] = [0x22, 0x5c, 0x0a, 0x20];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** UTF-8's byte order mark. */
const MARK = [0xef, 0xbb, 0xbf];
/** The first bytes of NumPy's files. */
export const NPY = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * The form of a body: the declared one, or, where nothing was said of it, the one that its bytes have. JSON begins with a bracket;
 * JSON Lines do too, and go on with another value on a later line; all else is CSV. Throws a 415 for form fields, which are
 * what `application/x-www-form-urlencoded` says, but seldom what was sent: `curl -d` says so of every body.
 */
export function formOf(declared: DeclaredForm, body: Uint8Array): BodyForm {
  if (declared !== 'any' && declared !== 'fields') return declared;
  if (isNpy(body)) return 'npy';
  const start = skipSpace(body, markLength(body));
  if (start === body.length) return 'json';
  if (body[start] === OPEN_OBJECT || body[start] === OPEN_ARRAY) return hasMore(body, start) ? 'jsonlines' : 'json';
  if (declared === 'fields' && areFields(body)) {
    throw new RequestError(
      415,
      'form fields cannot be read; send JSON, such as curl -H "content-type: application/json" -d \'{"NAME":VALUE}\'',
    );
  }
  return 'csv';
}

/** How many bytes of a text are UTF-8's mark: 3 or none. */
export function markLength(body: Uint8Array): number {
  return MARK.every((byte, at) => body[at] === byte) ? MARK.length : 0;
}

/** Whether a body begins as NumPy's files do. */
export function isNpy(body: Uint8Array): boolean {
  return NPY.every((byte, at) => body[at] === byte);
}

function skipSpace(body: Uint8Array, start: number): number {
  let at = start;
  while (at < body.length && body[at]! <= SPACE) at += 1;
  return at;
}

/** Whether another JSON array or object begins on a line behind the first. */
function hasMore(body: Uint8Array, start: number): boolean {
  if (body.indexOf(LINE, start) === -1) return false;
  let depth = 0;
  for (let at = start; at < body.length; at += 1) {
    const code = body[at];
    if (code === QUOTE) {
      for (at += 1; at < body.length && body[at] !== QUOTE; at += 1) if (body[at] === BACKSLASH) at += 1;
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      depth -= 1;
      if (depth > 0) continue;
      const next = skipSpace(body, at + 1);
      const isOther = body[next] === OPEN_ARRAY || body[next] === OPEN_OBJECT;
      return isOther && body.subarray(at + 1, next).includes(LINE);
    }
  }
  return false;
}

/** Whether a body is name=value, one or more with & between them, on one line. */
function areFields(body: Uint8Array): boolean {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1').trim();
  return !text.includes('\n') && text.split('&').every((part) => part.indexOf('=') > 0);
}
