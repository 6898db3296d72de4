import { type AttributeValue, DynamoDBClient, paginateScan, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { StoredKey } from '../../shared/access/stored-key.ts';
import { MOST_KEYS, readStoredKey } from '../../shared/access/stored-key.ts';

/** What the table says of all keys: those that can be used, and how many requests of each were let through by all environments, by name. */
export type KeysRead = {
  keys: StoredKey[];
  used: Map<string, number>;
  /** A sentence for each item that is no key, without a hash. */
  unusable?: string[];
};

/** Where the keys of an API are kept, and where its environments tell one another how many requests they let through. */
export type KeysTable = {
  /** All keys. Rejects where the table cannot be read; `signal` says that nobody waits for it any more. */
  read(signal: AbortSignal): Promise<KeysRead>;
  /** Adds to a key's count; the count of all environments after that. Rejects where the key was removed, or nothing answers. */
  add(name: string, count: number, signal: AbortSignal): Promise<number>;
};

/** How long the table may take, in milliseconds: to connect, and until its answer begins. Without the last of them Node only warns. */
const WITHIN = { connectionTimeout: 500, requestTimeout: 1_500, throwOnRequestTimeout: true };

/** The name of a stage's table, by the convention of serverless.yml and `npm run keys`. */
export function keysTableName(stage: string): string {
  return `canopy-${stage}-keys`;
}

/**
 * The DynamoDB table of a stage. An item is a key: `name`, `sha256`, `perSecond` where it has a limit, and `used`. The function's role may
 * read all of it, and write `used` alone (serverless.yml).
 */
export function openKeysTable(name: string): KeysTable {
  // Imported above and not by import(): this file itself is loaded late, and the bundle has the SDK in another form there.
  const client = new DynamoDBClient({ maxAttempts: 2, requestHandler: WITHIN });
  return {
    read: async (abortSignal) => {
      const answer: Required<KeysRead> = { keys: [], used: new Map(), unusable: [] };
      for await (const { Items } of paginateScan({ client }, { TableName: name, ConsistentRead: true }, { abortSignal })) {
        // What comes page by page without an end is not asked for again, once nobody waits.
        abortSignal.throwIfAborted();
        for (const item of Items ?? []) addItem(answer, item);
        if (answer.keys.length >= MOST_KEYS) break;
      }
      return answer;
    },
    add: async (key, count, abortSignal) => {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: name,
          Key: { name: { S: key } },
          UpdateExpression: 'ADD used :count',
          // A key that was removed must not come back as an item without a hash.
          ConditionExpression: 'attribute_exists(used)',
          ExpressionAttributeValues: { ':count': { N: String(count) } },
          ReturnValues: 'UPDATED_NEW',
        }),
        { abortSignal },
      );
      const total = Number(Attributes?.used?.N ?? Number.NaN);
      if (!Number.isFinite(total)) throw new Error('the table gave no count');
      return total;
    },
  };
}

function addItem(
  { keys, used: all, unusable }: Required<KeysRead>,
  { name, sha256, perSecond, used }: Record<string, AttributeValue>,
): void {
  // A limit that is no number must not become a key without a limit.
  const limit = perSecond === undefined ? {} : { perSecond: Number(perSecond.N ?? Number.NaN) };
  const key = readStoredKey({ name: name?.S, sha256: sha256?.S, ...limit });
  if (typeof key === 'string') {
    unusable.push(key);
    return;
  }
  keys.push(key);
  const total = Number(used?.N ?? 0);
  all.set(key.name, Number.isFinite(total) ? total : 0);
}
