import { RequestError } from '../errors.ts';
import type { AskingKind } from './kinds.ts';

/** What a caller has to send, by the kind of access. */
const SEND: Record<AskingKind, string> = {
  keys: 'a key, as the header x-api-key or as Authorization: Bearer',
  jwt: 'a token, as Authorization: Bearer',
  iam: "AWS's signature (SigV4)",
};
/** The challenge of a 401 (RFC 9110, 11.6.1); a signature has the scheme that AWS names it by. */
const CHALLENGE: Record<AskingKind, string> = {
  keys: 'Bearer realm="canopy"',
  jwt: 'Bearer realm="canopy"',
  iam: 'AWS4-HMAC-SHA256',
};

const made = new Map<string, RequestError>();
/** Most refusals that are kept: those of a limit differ by their wait. */
const MOST_MADE = 1_000;

/** Each is made once: an error's stack costs more than the whole check, and whoever guesses keys gets many. */
function once(key: string, make: () => RequestError): RequestError {
  const refusal = made.get(key) ?? make();
  if (made.size >= MOST_MADE) made.clear();
  made.set(key, refusal);
  return refusal;
}

/** Nobody said who asks. */
export function unknownCaller(kind: AskingKind): RequestError {
  return once(
    `unknown ${kind}`,
    () => new RequestError(401, `this API asks who calls; expected ${SEND[kind]}`, [], { 'www-authenticate': CHALLENGE[kind] }),
  );
}

/** A key that is none of those that are known. */
export function wrongKey(): RequestError {
  const challenge = { 'www-authenticate': `${CHALLENGE.keys}, error="invalid_token"` };
  return once(
    'wrong',
    () => new RequestError(401, 'this key is not known here; expected one that was given out and not removed', [], challenge),
  );
}

/** The keys could not be read, so nobody can be let in. */
export function keysUnread(): RequestError {
  return once('unread', () => new RequestError(503, 'the keys of this API cannot be read now', [], { 'retry-after': '2' }));
}

/** A key's limit is used up; `seconds` until it has room again. */
export function overLimit(perSecond: number, seconds: number): RequestError {
  const wait = String(Math.max(1, Math.ceil(seconds)));
  return once(
    `limit ${perSecond} ${wait}`,
    () => new RequestError(429, `this key may send ${perSecond} requests a second`, [], { 'retry-after': wait }),
  );
}
