import { readFileSync } from 'node:fs';
import { replaceFile } from '../../model/artifact/replace-file.ts';
import { MOST_KEYS, readKeysFile } from '../../shared/access/stored-key.ts';
import { AwsError } from './aws.ts';
import { type KeysStore, type ListedKey, missing, taken } from './keys-store.ts';

/** The file of a container's keys (API_KEYS_FILE): {"keys": [...]}. It is written whole or not at all, and is made where it is not there. */
export function fileStore(file: string): KeysStore {
  const read = (): ListedKey[] => {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new AwsError(`${file}: ${(error as Error).message}`);
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
    add: async (key) => {
      const keys = read();
      if (keys.some(({ name }) => name === key.name)) throw taken(key.name);
      if (keys.length >= MOST_KEYS) throw new AwsError(`${file}: found ${keys.length} keys, which are the most that there can be`);
      write([...keys, key]);
    },
    remove: async (name) => {
      const keys = read();
      if (!keys.some((key) => key.name === name)) throw missing(name);
      write(keys.filter((key) => key.name !== name));
    },
  };
}
