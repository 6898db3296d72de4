import { explain, noStack, withClient } from '../aws.ts';

/** What a stage's API is in the account now: who may call it, and whether its stack has made the table of keys. */
export type DeployedApi = { auth: string; hasTable: boolean };

type Function = { Properties?: { Environment?: { Variables?: Record<string, unknown> } } };

/** The name of the table that keeps the keys of a stage, by the convention of serverless.yml. */
export function tableName(stage: string): string {
  return `canopy-${stage}-keys`;
}

/** The API as its stack's template has it; undefined where there is none yet. Throws an AwsError where nobody says. */
export async function deployedApi(region: string, stack: string): Promise<DeployedApi | undefined> {
  const { CloudFormationClient, GetTemplateCommand } = await import('@aws-sdk/client-cloudformation');
  const ask = async (client: InstanceType<typeof CloudFormationClient>) => {
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: stack }));
    const { Resources = {} } = JSON.parse(TemplateBody ?? '{}') as { Resources?: Record<string, Function> };
    // The framework makes a stack with its bucket alone first.
    if (Resources.PredictLambdaFunction === undefined) return undefined;
    // Stacks of before there was a choice have no such variable.
    const { AUTH = 'none' } = Resources.PredictLambdaFunction.Properties?.Environment?.Variables ?? {};
    return { auth: String(AUTH), hasTable: AUTH === 'keys' && Resources.KeysTable !== undefined };
  };
  return withClient(new CloudFormationClient({ region, maxAttempts: 2 }), ask, noStack);
}

/** Whether a stage has a table of keys, whoever made it. Throws an AwsError where nobody says. */
export async function hasKeysTable(region: string, stage: string): Promise<boolean> {
  const { DynamoDBClient, DescribeTableCommand } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient({ region, maxAttempts: 2 });
  const describe = () => client.send(new DescribeTableCommand({ TableName: tableName(stage) })).then(() => true);
  return withClient(client, describe, (error) => {
    if (error.name === 'ResourceNotFoundException') return false;
    throw explain(error);
  });
}

/** Deletes the table of keys of a stage. Throws an AwsError where that cannot be. */
export async function deleteKeysTable(region: string, stage: string): Promise<void> {
  const { DynamoDBClient, DeleteTableCommand } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient({ region, maxAttempts: 2 });
  await withClient(client, () => client.send(new DeleteTableCommand({ TableName: tableName(stage) })));
}
