import { existsSync, realpathSync } from 'node:fs';
import { readWhole } from '../../model/artifact/read-file.ts';
import { replaceFile } from '../../model/artifact/replace-file.ts';
import { MOST_FILE_BYTES, MOST_KEYS, readKeysFile } from '../../shared/access/stored-key.ts';
import { ModelError } from '../../shared/errors.ts';
import { AwsError } from './aws.ts';
import { type KeysStore, type ListedKey, missing, taken, tooMany } from './keys-store.ts';
import { takeTurn } from './turn.ts';

/** How long another command is waited for, in milliseconds; each takes few. */
const LOCK_MS = 5_000;
const AGAIN_MS = 20;

/**
 * The file of a container's keys (API_KEYS_FILE): {"keys": [...]}. It is written whole or not at all, and is made where it is not there.
 * Commands at once change it one after the other.
 */
export function fileStore(file: string): KeysStore {
  const read = (): ListedKey[] => {
    let text: string;
    try {
      text = Buffer.from(readWhole(file, { most: MOST_FILE_BYTES, expected: 'a file of keys' })).toString();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new AwsError(error instanceof ModelError ? error.message : `${file}: ${(error as Error).message}`);
    }
    try {
      readKeysFile(text);
    } catch (error) {
      throw new AwsError(`${file}: ${(error as Error).message}`);
    }
    const { keys } = JSON.parse(text) as { keys: ListedKey[] };
    return keys.map((key) => ({ ...key, made: typeof key.made === 'string' ? key.made : '' }));
  };
  const write = (keys: ListedKey[]) => replaceFile(file, `${JSON.stringify({ keys }, undefined, 2)}\n`);
  return {
    name: file,
    list: async () => read(),
    add: (key) =>
      alone(file, () => {
        const keys = read();
        if (keys.some(({ name }) => name === key.name)) throw taken(key.name);
        if (keys.length >= MOST_KEYS) throw tooMany(file, keys.length);
        write([...keys, key]);
      }),
    remove: (name) =>
      alone(file, () => {
        const keys = read();
        if (!keys.some((key) => key.name === name)) throw missing(name);
        write(keys.filter((key) => key.name !== name));
      }),
  };
}

/**
 * Does a work on a file while no other command does one: of two at once, each would write the keys without what the other did, and a key
 * that was removed would open again.
 */
async function alone(file: string, work: () => void): Promise<void> {
  const lock = `${existsSync(file) ? realpathSync(file) : file}.lock`;
  const end = await takeTurn(lock, { doing: 'at work on the keys', mostMs: LOCK_MS, againMs: AGAIN_MS });
  try {
    work();
  } finally {
    end();
  }
}
