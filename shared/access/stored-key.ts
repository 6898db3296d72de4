/** A key as it is kept: never itself, but the SHA-256 of its text in hexadecimal digits. */
export type StoredKey = {
  /** The caller's name, which the access log has. */
  name: string;
  sha256: string;
  /** How many requests a second it may send; no limit of its own where this is not given. */
  perSecond?: number;
};

/** A name of a caller: what a log line and a command line can carry. */
export const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Most keys that an API has: all of them are held in memory. */
export const MOST_KEYS = 1_000;
/** Most bytes of a file of keys: a thousand of the longest have less. */
export const MOST_FILE_BYTES = 1_048_576;
/** Most requests a second that a key is limited to. */
export const MOST_PER_SECOND = 100_000;
const SHA256 = /^[0-9a-f]{64}$/;

/** Whether a number can be a key's limit. */
export function isLimit(value: unknown): value is number {
  return typeof value === 'number' && value >= 0.01 && value <= MOST_PER_SECOND;
}

/**
 * A stored key of a value from outside (an item of the table, a member of the file). Gives a sentence on what is wrong with it otherwise;
 * no sentence has a hash.
 */
export function readStoredKey(value: unknown): StoredKey | string {
  if (typeof value !== 'object' || value === null) return 'found no object, expected {"name": ..., "sha256": ..., "perSecond": ...}';
  const { name, sha256, perSecond } = value as Record<string, unknown>;
  if (typeof name !== 'string' || !KEY_NAME.test(name))
    return 'name: expected letters, digits, dots, hyphens and underscores, 64 at most, the first a letter or a digit';
  if (typeof sha256 !== 'string' || !SHA256.test(sha256)) return `${name}: sha256: expected 64 hexadecimal digits in small letters`;
  if (perSecond !== undefined && !isLimit(perSecond)) return `${name}: perSecond: expected a number from 0.01 to ${MOST_PER_SECOND}`;
  return perSecond === undefined ? { name, sha256 } : { name, sha256, perSecond };
}

/** The keys of a file: {"keys": [...]}. Throws an Error with a sentence on the first thing that is wrong. */
export function readKeysFile(text: string): StoredKey[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('found no JSON, expected {"keys": [...]}');
  }
  const list = typeof value === 'object' && value !== null ? (value as { keys?: unknown }).keys : undefined;
  if (!Array.isArray(list)) throw new Error('found no list, expected {"keys": [...]}');
  if (list.length > MOST_KEYS) throw new Error(`found ${list.length} keys, expected at most ${MOST_KEYS}`);
  const names = new Set<string>();
  return list.map((one: unknown, at) => {
    const key = readStoredKey(one);
    if (typeof key === 'string') throw new Error(`keys[${at}]: ${key}`);
    if (names.has(key.name)) throw new Error(`keys[${at}]: found ${key.name} twice, expected each name once`);
    names.add(key.name);
    return key;
  });
}
