/** What serverless.yml says of what stands around the API; each may be none. */
export type ApiHardening = {
  /** With commas between them. */
  corsOrigins: string;
  /** Dollars a month, and who hears of them. */
  budget: string | number;
  alarmEmail: string;
  /** The ARN of a KMS key. */
  kmsKey: string;
  /** The custom domain that is mapped to the API, and what it puts before the paths. */
  domain: string;
  basePath: string;
  /** A number of executions at once, auto, or null. */
  reservedConcurrency: number | string | null;
};
/** And container/serverless.yml, of the endpoint. */
export type EndpointHardening = { kmsKey: string };

type Resource = { Type: string; Properties: Record<string, unknown> };
type Resources = {
  Resources: Record<string, Resource>;
  extensions?: Record<string, { Properties: Record<string, unknown> }>;
  Outputs: Record<string, { Value: unknown }>;
};
/** Of the framework's service, what is changed here. */
export type Service = {
  provider: {
    kmsKeyArn?: string;
    httpApi?: { cors?: unknown; disableDefaultEndpoint?: boolean };
    /** What the framework reads of provider.deploymentBucket. */
    deploymentBucketObject?: { serverSideEncryption?: string; sseKMSKeyId?: string };
  };
  functions?: { predict: { reservedConcurrency?: number }; batch?: object };
  resources: Resources;
};

/** A sentence on everything that does not go together. */
export function hardeningProblems({ budget, alarmEmail }: Pick<ApiHardening, 'budget' | 'alarmEmail'>): string[] {
  if (budget === 'none' || alarmEmail !== 'none') return [];
  return [`budget: found ${budget}, expected --param alarmEmail=... with it, the address that hears of it`];
}

/**
 * Adds to the API's stack what was asked for. By hand and not by CloudFormation's conditions, so that a stack for which nothing is asked is
 * the one that serverless.yml shows.
 */
export function hardenApi(service: Service, settings: ApiHardening): void {
  const { corsOrigins, budget, alarmEmail, kmsKey, domain, basePath, reservedConcurrency } = settings;
  const { provider, functions, resources } = service;
  if (corsOrigins === 'none') {
    // Without a word on CORS the gateway adds no header, and a browser keeps the answer from every page but the API's own.
    delete provider.httpApi?.cors;
    delete resources.extensions?.HttpApi?.Properties.CorsConfiguration;
  }
  // auto is a number once the account was asked, before a deploy.
  const reserved = Number(reservedConcurrency ?? Number.NaN);
  if (functions && reserved > 0) functions.predict.reservedConcurrency = reserved;
  if (budget !== 'none') resources.Resources.Budget = budgetOf(budget, alarmEmail);
  if (domain !== 'none') {
    provider.httpApi = { ...provider.httpApi, disableDefaultEndpoint: true };
    (resources.Outputs.Url as { Value: unknown }).Value = `https://${domain}${basePath === 'none' ? '' : basePath}`;
  }
  if (kmsKey === 'none') return;
  provider.kmsKeyArn = kmsKey;
  encryptUploads(service, kmsKey);
  encryptLogs(resources, ['PredictLogGroup', 'FallbackLogGroup', 'HttpApiLogGroup'], kmsKey);
  setProperty(resources, 'KeysTable', 'SSESpecification', { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: kmsKey });
  // Their variables, and the table of keys, which DynamoDB decrypts with the rights of who reads or writes it.
  resources.Resources.KmsPolicy = policyOf(kmsKey, ['PredictRole', 'FallbackRole'], ['kms:Decrypt']);
  if (!functions?.batch) return;
  encryptLogs(resources, ['BatchLogGroup'], kmsKey);
  // Of files that the key encrypts too.
  resources.Resources.KmsBatchPolicy = policyOf(kmsKey, ['BatchRole', 'BatchMachineRole'], ['kms:Decrypt', 'kms:GenerateDataKey']);
}

/** Adds to the endpoint's stack what was asked for. The image has no model in it, and its repository keeps AWS's own key. */
export function hardenEndpoint(service: Service, { kmsKey }: EndpointHardening): void {
  if (kmsKey === 'none') return;
  const { resources } = service;
  encryptUploads(service, kmsKey);
  setProperty(resources, 'EndpointLogGroup', 'KmsKeyId', kmsKey);
  setProperty(resources, 'ModelBucket', 'BucketEncryption', {
    ServerSideEncryptionConfiguration: [
      // With a key of the bucket S3 asks KMS once in a while, and not for every object.
      { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKey }, BucketKeyEnabled: true },
    ],
  });
  // Jobs and captures write into the bucket of models.
  resources.Resources.KmsPolicy = policyOf(kmsKey, ['EndpointRole', 'TrainingRole'], ['kms:Decrypt', 'kms:GenerateDataKey']);
}

/**
 * A budget of the whole account: one for this stack alone needs its tag activated for costs, by hand in the console, and counts nothing
 * before. It has no name, since another address replaces it, and a name would be taken.
 */
function budgetOf(budget: string | number, address: string): Resource {
  const Subscribers = [{ SubscriptionType: 'EMAIL', Address: address }];
  const told = (NotificationType: string, Threshold: number) => ({
    Notification: { NotificationType, ComparisonOperator: 'GREATER_THAN', Threshold, ThresholdType: 'PERCENTAGE' },
    Subscribers,
  });
  return {
    Type: 'AWS::Budgets::Budget',
    Properties: {
      Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: Number(budget), Unit: 'USD' } },
      NotificationsWithSubscribers: [told('ACTUAL', 80), told('FORECASTED', 100)],
    },
  };
}

/** What the framework uploads: the functions' packages, which have the model in them, and the template. */
function encryptUploads({ provider }: Service, kmsKey: string): void {
  provider.deploymentBucketObject = { ...provider.deploymentBucketObject, serverSideEncryption: 'aws:kms', sseKMSKeyId: kmsKey };
}

/** Log groups that the framework makes. */
function encryptLogs(resources: Resources, names: string[], kmsKey: string): void {
  const extensions = { ...resources.extensions };
  for (const name of names) extensions[name] = { Properties: { ...extensions[name]?.Properties, KmsKeyId: kmsKey } };
  resources.extensions = extensions;
}

function setProperty({ Resources }: Resources, name: string, property: string, value: unknown): void {
  const resource = Resources[name];
  if (!resource) throw new Error(`${name}: found no such resource, expected it in serverless.yml`);
  resource.Properties[property] = value;
}

function policyOf(kmsKey: string, roles: string[], Action: string[]): Resource {
  return {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'kms',
      Roles: roles.map((Ref) => ({ Ref })),
      PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: kmsKey }] },
    },
  };
}
