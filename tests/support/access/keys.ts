import { createHash } from 'node:crypto';
import type { KeysTable } from '../../../functions/access/keys-table.ts';
import type { StoredKey } from '../../../shared/access/stored-key.ts';

/** The bytes of a text's SHA-256, by another way than the functions and the container take. */
export const digest = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest());

/** A key as it is kept. */
export function stored(name: string, key: string, perSecond?: number): StoredKey {
  const sha256 = Buffer.from(digest(key)).toString('hex');
  return perSecond === undefined ? { name, sha256 } : { name, sha256, perSecond };
}

/** A table in memory that several environments share. It answers when the promises' turn comes, unless `broken`. */
export function sharedTable(
  keys: StoredKey[],
): KeysTable & { keys: StoredKey[]; used: Map<string, number>; reads: number; adds: number; broken: boolean } {
  const table = {
    keys,
    used: new Map<string, number>(),
    reads: 0,
    adds: 0,
    broken: false,
    read: async () => {
      table.reads += 1;
      if (table.broken) throw new Error('the table is away');
      return { keys: [...table.keys], used: new Map(table.keys.map(({ name }) => [name, table.used.get(name) ?? 0])) };
    },
    add: async (name: string, count: number) => {
      table.adds += 1;
      if (table.broken) throw new Error('the table is away');
      const total = (table.used.get(name) ?? 0) + count;
      table.used.set(name, total);
      return total;
    },
  };
  return table;
}
