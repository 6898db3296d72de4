import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { ADDED, RIGHTS, type Statement, statementsBeyond, statementsFor } from '../../../container/deploy/rights.ts';
import { type Packaged, packageStack } from '../../support/deploy/package-stack.ts';
import { PROJECT } from '../../support/project.ts';

type Policy = { Version: string; Statement: Statement[] };
const read = (file: string): Policy => JSON.parse(readFileSync(path.join(PROJECT, 'container/deploy', file), 'utf8'));
const policies = [read('iam-policy.json'), read('iam-policy-endpoint.json')] as const;
const statements = policies.flatMap(({ Statement }) => Statement);
const KEY = 'arn:aws:kms:sa-east-1:123456789012:key/0a1b2c3d-0000-0000-0000-000000000000';

/** Everything that parameters add to a stack, in as few packagings as it takes. */
const ALL = ['budget=20', 'alarmEmail=someone@example.org', `kmsKey=${KEY}`, 'domain=api.example.org', 'basePath=/heart'];
const BATCH = ['batch=on', 'batchInput=data/in/', 'batchOutput=data/out/'];
const JWT = ['auth=jwt', 'jwtIssuer=https://example.org', 'jwtAudience=canopy'];
let api: Packaged;
let endpoint: Packaged;
beforeAll(async () => {
  api = await packageStack('.', [...ALL, ...BATCH, ...JWT], { stage: 'prod' });
  endpoint = await packageStack('container', [`kmsKey=${KEY}`]);
}, 120_000);

const typesOf = (...packaged: Packaged[]) => [
  ...new Set(packaged.flatMap(({ template }) => Object.values(template.Resources).map(({ Type }) => Type))),
];
const propertiesOf = (name: string, { template } = api) => template.Resources[name]?.Properties ?? {};

test('prod answers to no page but its own; a budget, a domain and a key are added where they are named', () => {
  for (const { output } of [api, endpoint]) expect(output).not.toMatch(/warning|deprecat/i);
  expect(propertiesOf('HttpApi')).not.toHaveProperty('CorsConfiguration');
  expect(propertiesOf('HttpApi')).toMatchObject({ DisableExecuteApiEndpoint: true });
  expect(api.template.Outputs.Url).toMatchObject({ Value: 'https://api.example.org/heart' });
  const Subscribers = [{ SubscriptionType: 'EMAIL', Address: 'someone@example.org' }];
  expect(propertiesOf('Budget')).toMatchObject({
    Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 20, Unit: 'USD' } },
    NotificationsWithSubscribers: [
      { Subscribers, Notification: { NotificationType: 'ACTUAL', Threshold: 80 } },
      { Subscribers, Notification: { NotificationType: 'FORECASTED', Threshold: 100 } },
    ],
  });
  // A name would be taken where another address replaces the budget.
  expect(propertiesOf('Budget').Budget).not.toHaveProperty('BudgetName');
  for (const { Type, Properties } of Object.values(api.template.Resources)) {
    if (Type === 'AWS::Logs::LogGroup') expect(Properties).toMatchObject({ KmsKeyId: KEY, RetentionInDays: 90 });
    if (Type === 'AWS::Lambda::Function') expect(Properties).toMatchObject({ KmsKeyArn: KEY });
  }
  expect(propertiesOf('KeysTable')).toMatchObject({ SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY } });
  expect(propertiesOf('KmsPolicy')).toMatchObject({
    Roles: [{ Ref: 'PredictRole' }, { Ref: 'FallbackRole' }],
    PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['kms:Decrypt'], Resource: KEY }] },
  });
  // Nobody asks an account what it has where nothing is deployed.
  expect(propertiesOf('PredictLambdaFunction')).not.toHaveProperty('ReservedConcurrentExecutions');
});

test('the endpoint’s bucket and log are encrypted with a key that is named', () => {
  expect(propertiesOf('EndpointLogGroup', endpoint)).toMatchObject({ KmsKeyId: KEY });
  expect(propertiesOf('ModelBucket', endpoint)).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY } }],
    },
  });
  expect(propertiesOf('KmsPolicy', endpoint)).toMatchObject({
    PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: KEY }] },
  });
});

test('batch=on adds a function and a state machine, each with the rights that it needs on the places that are named', () => {
  const statementsOf = (role: string) =>
    (
      propertiesOf(role).Policies as {
        PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown; Condition?: object }[] };
      }[]
    )[0]?.PolicyDocument.Statement ?? [];
  const onS3 = (role: string) => statementsOf(role).filter(({ Action }) => String(Action).startsWith('s3:'));
  const arn = (place: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${place}` });
  expect(onS3('BatchRole')).toEqual([
    { Effect: 'Allow', Action: 's3:GetObject', Resource: arn('data/in/*') },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: arn('data'), Condition: { StringLike: { 's3:prefix': 'in/*' } } },
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'], Resource: arn('data/out/*') },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: arn('data'), Condition: { StringLike: { 's3:prefix': 'out/*' } } },
  ]);
  expect(onS3('BatchMachineRole').map(({ Resource }) => Resource)).toEqual([arn('data/out/*')]);
  for (const role of ['BatchRole', 'BatchMachineRole'])
    expect(
      statementsOf(role)
        .filter(({ Resource }) => Resource === '*')
        .map(({ Action }) => Action),
    ).toEqual([expect.arrayContaining(['xray:PutTraceSegments'])]);
  const text = (propertiesOf('BatchMachine').DefinitionString as { 'Fn::Sub': string })['Fn::Sub'];
  expect(text.match(/\$\{BatchLambdaFunction\.Arn\}/g)).toHaveLength(3);
  expect(JSON.parse(text).States.Ranges).toMatchObject({
    Type: 'Map',
    MaxConcurrency: 5,
    ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' } },
  });
  expect(propertiesOf('BatchLambdaFunction')).toMatchObject({ Timeout: 900, MemorySize: 1769 });
  expect(propertiesOf('KmsBatchPolicy')).toMatchObject({ Roles: [{ Ref: 'BatchRole' }, { Ref: 'BatchMachineRole' }] });
});

test('without batch=on a stack has nothing of it, and names without it are refused', async () => {
  await expect(packageStack('.', ['batch=on'])).rejects.toThrow(/batchInput: found none, expected --param batchInput=BUCKET\/PREFIX/);
  await expect(packageStack('.', ['batchOutput=data'])).rejects.toThrow(/batchOutput: found data, expected --param batch=on with it/);
}, 80_000);

test('the framework’s own command refuses a parameter that is none, and a budget that nobody hears of', async () => {
  const refused = packageStack('.', ['budegt=20', 'budget=20']);
  await expect(refused).rejects.toThrow(/--param: found budegt, expected model, .*\nbudget: found 20, expected --param alarmEmail=/);
}, 80_000);

test('the first policy has the rights of all that the API’s stack can have, the second what the endpoint’s has beyond, and nothing else', () => {
  const both = typesOf(api, endpoint);
  expect(Object.keys(RIGHTS).sort()).toEqual([...both].sort());
  const [one, two] = policies;
  const first = statementsFor({ types: typesOf(api), withEndpoint: false, kmsKey: '*' });
  expect(bySid(one.Statement)).toEqual(bySid(first));
  expect(bySid(two.Statement)).toEqual(bySid(statementsBeyond(statementsFor({ types: both, withEndpoint: true, kmsKey: '*' }), first)));
});

test('of a deploy without parameters the rights are fewer: none on tables, budgets, state machines and encryption keys', () => {
  const types = typesOf(api).filter((type) => !ADDED.includes(type));
  const plain = statementsFor({ types, withEndpoint: false }).flatMap(({ Action }) => Action);
  expect(plain.filter((action) => /^(?:kms|budgets|billing|dynamodb|states):|KmsKey/.test(action))).toEqual([]);
});

test('the rights on an encryption key are those on the one that is named', () => {
  const Action = ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];
  const named = statementsFor({ types: [], withEndpoint: false, kmsKey: KEY }).find(({ Sid }) => Sid === 'Keys');
  expect(named).toEqual({ Sid: 'Keys', Effect: 'Allow', Action, Resource: [KEY] });
});

/** Statements, each by its place; the order of resources in a template is no matter here. */
function bySid(all: Statement[]): Record<string, Statement> {
  return Object.fromEntries(all.map((statement) => [statement.Sid, statement]));
}

test('of a bucket, a repository, a table and a log group may be set what the templates set, and nothing else', () => {
  const puts: Record<string, string> = {
    BucketEncryption: 's3:PutEncryptionConfiguration',
    VersioningConfiguration: 's3:PutBucketVersioning',
    OwnershipControls: 's3:PutBucketOwnershipControls',
    PublicAccessBlockConfiguration: 's3:PutBucketPublicAccessBlock',
    LifecycleConfiguration: 's3:PutLifecycleConfiguration',
    PolicyDocument: 's3:PutBucketPolicy',
    ImageScanningConfiguration: 'ecr:PutImageScanningConfiguration',
    ImageTagMutability: 'ecr:PutImageTagMutability',
    LifecyclePolicy: 'ecr:PutLifecyclePolicy',
    PointInTimeRecoverySpecification: 'dynamodb:UpdateContinuousBackups',
    RetentionInDays: 'logs:PutRetentionPolicy',
    KmsKeyId: 'logs:AssociateKmsKey',
  };
  // Not of a property: the stack's tags, the archives and the image.
  const others = ['s3:PutBucketTagging', 's3:PutObject', 'ecr:PutImage', 'logs:PutResourcePolicy'];
  const set = [api, endpoint].flatMap(({ template }) =>
    Object.values(template.Resources)
      .filter(({ Type }) => /^AWS::(?:S3|ECR|DynamoDB|Logs)::/.test(Type))
      .flatMap(({ Properties }) => Object.keys(Properties)),
  );
  const needed = new Set([...others, ...set.flatMap((property) => puts[property] ?? [])]);
  const allowed = statements.flatMap(({ Action }) =>
    Action.filter((action) => /^(?:s3|ecr|logs):Put|^logs:Associate|UpdateContinuous/.test(action)),
  );
  expect(allowed.sort()).toEqual([...needed].sort());
});

test('each fits a managed policy, asks for no wildcard action, and passes roles on to three services alone', () => {
  for (const policy of policies) expect(JSON.stringify(policy).length).toBeLessThan(6_144);
  const passes = statements.filter(({ Action }) => Action.includes('iam:PassRole'));
  expect(passes.map(({ Condition }) => Condition)).toEqual(
    ['lambda', 'states', 'sagemaker'].map((service) => ({ StringEquals: { 'iam:PassedToService': `${service}.amazonaws.com` } })),
  );
  for (const { Action } of statements) for (const action of Action) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/);
});
