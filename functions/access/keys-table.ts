import { DynamoDBClient, paginateScan, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { StoredKey } from '../../shared/access/stored-key.ts';
import { MOST_KEYS, readStoredKey } from '../../shared/access/stored-key.ts';

/** What the table says of all keys: the keys, and how many requests of each were let through by all environments, by name. */
export type KeysRead = { keys: StoredKey[]; used: Map<string, number> };

/** Where the keys of an API are kept, and where its environments tell one another how many requests they let through. */
export type KeysTable = {
  /** All keys. Rejects where the table cannot be read. */
  read(): Promise<KeysRead>;
  /** Adds to a key's count; the count of all environments after that. Rejects where the key was removed, or nothing answers. */
  add(name: string, count: number): Promise<number>;
};

/** How long the table may take, in milliseconds: to connect, and to answer. */
const WITHIN = { connectionTimeout: 500, requestTimeout: 1_500 };

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
    read: async () => {
      const answer: KeysRead = { keys: [], used: new Map() };
      for await (const { Items = [] } of paginateScan({ client }, { TableName: name, ConsistentRead: true })) {
        for (const { name: id, sha256, perSecond, used } of Items) {
          const key = readStoredKey({
            name: id?.S,
            sha256: sha256?.S,
            ...(perSecond?.N === undefined ? {} : { perSecond: Number(perSecond.N) }),
          });
          if (typeof key === 'string') continue;
          answer.keys.push(key);
          answer.used.set(key.name, Number(used?.N ?? 0));
        }
        if (answer.keys.length >= MOST_KEYS) break;
      }
      return answer;
    },
    add: async (key, count) => {
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
      );
      return Number(Attributes?.used?.N ?? Number.NaN);
    },
  };
}
