import { type Bucket, fullBucket, take } from './bucket.ts';
import type { Verdict } from './kinds.ts';
import { overLimit, unknownCaller, wrongKey } from './refusals.ts';
import type { StoredKey } from './stored-key.ts';

/** The bytes of the SHA-256 of a text, which Node gives. */
export type Digest = (text: string) => Uint8Array;

/** Keys have 50 characters; what is much longer is none, and not worth a hash. */
const MOST_CHARACTERS = 200;
/** What a key is made of, and a token of other services that is sent here by mistake. */
const CREDENTIAL = /^[\x21-\x7e]+$/;
/** Most different refusals of a limit by its wait: a debt can last long. In seconds. */
const MOST_WAIT = 3_600;

/** A known key in memory; `let` is how many of its requests were let through, for the exchange of counts. */
export type KnownKey = { key: StoredKey; hash: Uint8Array; bucket: Bucket | undefined; let: number };

/** All keys of an environment, by the first bytes of their hashes. */
export type KeyRing = { known: Map<string, KnownKey[]>; digest: Digest };

/** What a caller sent as its key: the header x-api-key, else Authorization with the scheme Bearer. */
export function credentialOf(apiKey: string | undefined, authorization: string | undefined): string | undefined {
  if (apiKey !== undefined && apiKey !== '') return apiKey;
  if (authorization === undefined || !/^bearer /i.test(authorization)) return undefined;
  return authorization.slice(7).trim() || undefined;
}

/** A ring of these keys. Where `before` has the very same key, its bucket and count go on. */
export function keyRing(keys: readonly StoredKey[], digest: Digest, before?: KeyRing): KeyRing {
  const identity = ({ name, sha256, perSecond }: StoredKey) => `${name} ${sha256} ${perSecond}`;
  const old = new Map([...(before?.known.values() ?? [])].flat().map((one) => [identity(one.key), one]));
  const known = new Map<string, KnownKey[]>();
  for (const key of keys) {
    const one = old.get(identity(key)) ?? { key, hash: bytesOf(key.sha256), bucket: undefined, let: 0 };
    const place = placeOf(one.hash);
    known.set(place, [...(known.get(place) ?? []), one]);
  }
  return { known, digest };
}

/**
 * The key that a credential is; undefined where it is none. Hashes are looked up by their first four bytes and then compared whole, all
 * of them, in a time that does not depend on where they differ. Nobody who lacks the key can choose its hash, so the look-up tells nothing.
 */
export function findKey({ known, digest }: KeyRing, credential: string): KnownKey | undefined {
  if (credential.length > MOST_CHARACTERS || !CREDENTIAL.test(credential)) return undefined;
  const hash = digest(credential);
  let found: KnownKey | undefined;
  for (const one of known.get(placeOf(hash)) ?? []) if (isSame(one.hash, hash)) found = one;
  return found;
}

/** What is decided of a credential at a time (milliseconds of a clock that never goes back). */
export function judge(ring: KeyRing, credential: string | undefined, now: number): Verdict & { known?: KnownKey } {
  if (credential === undefined) return { refusal: unknownCaller('keys') };
  const known = findKey(ring, credential);
  if (!known) return { refusal: wrongKey() };
  const { name, perSecond } = known.key;
  if (perSecond !== undefined) {
    known.bucket ??= fullBucket(perSecond, now);
    const wait = take(known.bucket, now);
    if (wait > 0) return { refusal: overLimit(perSecond, Math.min(wait, MOST_WAIT)), caller: name, known };
  }
  known.let += 1;
  return { caller: name, known };
}

function placeOf(hash: Uint8Array): string {
  return `${hash[0]},${hash[1]},${hash[2]},${hash[3]}`;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let different = one.length ^ other.length;
  for (let at = 0; at < one.length; at += 1) different |= (one[at] as number) ^ (other[at] ?? 0);
  return different === 0;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}
