import { MOST_KEYS, type StoredKey } from '../../shared/access/stored-key.ts';
import { tableName } from './account/deployed.ts';
import { AwsError, explain, withClient } from './aws.ts';

/** A key as `npm run keys` shows it: when it was made, and how many requests of it were let through, where that is known. */
export type ListedKey = StoredKey & { made: string; used?: number };

/** Where keys are kept. Each method throws an AwsError with a sentence. */
export type KeysStore = {
  /** What it is called in a sentence. */
  name: string;
  list(): Promise<ListedKey[]>;
  /** Throws where there is a key of this name. */
  add(key: ListedKey): Promise<void>;
  /** Throws where there is none. */
  remove(name: string): Promise<void>;
};

/** The DynamoDB table of a stage's API, which a deploy with auth=keys makes (serverless.yml). */
export function tableStore(region: string, stage: string): KeysStore {
  const TableName = tableName(stage);
  const ask = async <Result>(work: (tools: Tools) => Promise<Result>): Promise<Result> => {
    const sdk = await import('@aws-sdk/client-dynamodb');
    const client = new sdk.DynamoDBClient({ region, maxAttempts: 3 });
    return withClient(
      client,
      () => work({ sdk, client }),
      (error) => {
        if (error.name !== 'ResourceNotFoundException') throw explain(error);
        throw new AwsError(`stage ${stage} in ${region} keeps no keys; deploy it with --param auth=keys first`);
      },
    );
  };
  return {
    name: `stage ${stage}`,
    list: () => ask((tools) => readAll(tools, TableName)),
    add: ({ name, sha256, perSecond, made }) =>
      ask(async ({ sdk, client }) => {
        const { length } = await readAll({ sdk, client }, TableName);
        if (length >= MOST_KEYS) throw tooMany(`stage ${stage}`, length);
        const limit = perSecond === undefined ? {} : { perSecond: { N: String(perSecond) } };
        const Item = { name: { S: name }, sha256: { S: sha256 }, made: { S: made }, used: { N: '0' }, ...limit };
        const put = new sdk.PutItemCommand({
          TableName,
          Item,
          ConditionExpression: 'attribute_not_exists(#name)',
          ExpressionAttributeNames: { '#name': 'name' },
        });
        await client.send(put).catch((error: Error) => {
          throw error.name === 'ConditionalCheckFailedException' ? taken(name) : error;
        });
      }),
    remove: (name) =>
      ask(async ({ sdk, client }) => {
        const { Attributes } = await client.send(
          new sdk.DeleteItemCommand({ TableName, Key: { name: { S: name } }, ReturnValues: 'ALL_OLD' }),
        );
        if (!Attributes) throw missing(name);
      }),
  };
}

type Sdk = typeof import('@aws-sdk/client-dynamodb');
type Tools = { sdk: Sdk; client: InstanceType<Sdk['DynamoDBClient']> };

async function readAll({ sdk, client }: Tools, TableName: string): Promise<ListedKey[]> {
  const keys: ListedKey[] = [];
  for await (const { Items = [] } of sdk.paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const { name, sha256, perSecond, made, used } of Items) {
      const limit = perSecond === undefined ? {} : { perSecond: Number(perSecond.N ?? Number.NaN) };
      keys.push({ name: name?.S ?? '', sha256: sha256?.S ?? '', ...limit, made: made?.S ?? '', used: Number(used?.N ?? 0) });
    }
  }
  return keys;
}

/** A key's name is taken. */
export function taken(name: string): AwsError {
  return new AwsError(`${name}: there is a key of this name; expected another name, or npm run keys -- remove ${name} first`);
}

/** There is room for no more: whoever reads them reads no more. */
export function tooMany(where: string, found: number): AwsError {
  return new AwsError(`${where}: found ${found} keys, which are the most that there can be`);
}

/** There is no such key. */
export function missing(name: string): AwsError {
  return new AwsError(`${name}: there is no key of this name; npm run keys -- list shows those that there are`);
}
