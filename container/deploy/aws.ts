import { createHash } from 'node:crypto';

/** An error of AWS, or of what stands between it and us, in a sentence that says what to do. */
export class AwsError extends Error {}

/** Characters of a message that are looked at: some of the words below may stand anywhere, with any text between them. */
const MOST_LOOKED_AT = 2_000;

/** What a first deploy runs into, by the SDK's name for it or words of its message, and what to do about each. */
const ADVICE: [RegExp, string][] = [
  [
    /CredentialsProviderError|Could not load credentials|AWS provider credentials not found|InvalidClientTokenId|UnrecognizedClient/i,
    'no AWS credentials that work were found; run `aws configure` (or `aws sso login`), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  ],
  [/ExpiredToken|token.*expired/i, 'the AWS credentials have expired; log in again'],
  [
    /Region is missing|region.*not.*(?:valid|available|enabled)|ENOTFOUND|EAI_AGAIN/i,
    'AWS could not be reached in that region; name one with --region, such as --region sa-east-1',
  ],
  [
    /ResourceLimitExceeded|account-level service limit|LimitExceeded|ServiceQuota/i,
    'a quota of the account is reached; ask for more in the console under Service Quotas (SageMaker: the instance type "for endpoint usage"), or take `npm run deploy -- --param hosting=serverless`',
  ],
  [
    /UnreservedConcurrentExecution/i,
    "the account's Lambda concurrency is too low for a reservation; deploy with reservedConcurrency left out, or ask for more in Service Quotas",
  ],
  [
    /Unzipped size must be smaller|RequestEntityTooLarge|CodeStorageExceeded/i,
    'the functions with the model are too large for Lambda (250 MB unpacked); train fewer or smaller trees (num.trees, min.node.size)',
  ],
  [/AccessDenied|not authorized to perform/i, 'these AWS credentials may not do that; the message above names the action to allow'],
  [
    /(?:UPDATE|CREATE|DELETE|ROLLBACK)\w*_IN_PROGRESS/,
    'the stack is still changing from another deploy; wait for its end and run the same command again',
  ],
  [
    /ROLLBACK_COMPLETE state|ROLLBACK_FAILED/,
    'the stack did not come up the first time and can only be removed; run `npm run remove`, then deploy again',
  ],
];

/** What to do about a failure, from its name and message; undefined where nothing is known of it. */
export function adviceOn(text: string): string | undefined {
  const start = text.slice(0, MOST_LOOKED_AT);
  return ADVICE.find(([sign]) => sign.test(start))?.[1];
}

/** An error of the SDK with what to do about it. */
export function explain(error: unknown): AwsError {
  const { name, message } = error as Error;
  const advice = adviceOn(`${name} ${message}`);
  return new AwsError(advice === undefined ? `${name}: ${message}` : `${message}: ${advice}`);
}

/**
 * Works with a client of the SDK, and closes it. `caught` turns an error into a result, or throws an AwsError of its own; without it every
 * error becomes one that says what to do. An AwsError from inside stays as it is.
 */
export async function withClient<Client extends { destroy(): void }, Result>(
  client: Client,
  work: (client: Client) => Promise<Result>,
  caught: (error: Error) => Result = (error) => {
    throw explain(error);
  },
): Promise<Result> {
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    return caught(error as Error);
  } finally {
    client.destroy();
  }
}

/** Who the credentials belong to: the account, and the user or role. */
export type Caller = { account: string; arn: string };

/** Asks who the credentials belong to. Throws an AwsError that says what to do where there are none. */
export async function callerOf(region: string): Promise<Caller> {
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const client = new STSClient({ region, maxAttempts: 2 });
  const { Account = '', Arn = '' } = await withClient(client, () => client.send(new GetCallerIdentityCommand({})));
  // A proxy's page would read as an account without anything in it, whose removal ends well.
  if (!/^\d{12}$/.test(Account))
    throw new AwsError(
      `the account: found ${JSON.stringify(Account)}, expected 12 digits; is it AWS that answers here, or a proxy before it?`,
    );
  return { account: Account, arn: Arn };
}

/** The account that the credentials belong to. Throws an AwsError that says what to do where there are none. */
export async function accountOf(region: string): Promise<string> {
  return (await callerOf(region)).account;
}

/** A stack's outputs by name; undefined where there is no such stack. */
export async function stackOutputs(region: string, name: string): Promise<Record<string, string> | undefined> {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const ask = async (client: InstanceType<typeof CloudFormationClient>) => {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const stack = Stacks?.[0];
    if (!stack || stack.StackStatus === 'DELETE_COMPLETE') return undefined;
    return Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']));
  };
  return withClient(new CloudFormationClient({ region }), ask, noStack);
}

/** Where there is no such stack: nothing, which is no failure. Throws an AwsError for any other error. */
export function noStack(error: Error): undefined {
  if (!/does not exist/.test(error.message)) throw explain(error);
}

/** The region of an ECR registry's host; undefined for any other host, which must never see a login to it. */
export function ecrRegion(host: string): string | undefined {
  return /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1];
}

/** The login, as USER:PASSWORD, of an ECR registry; undefined for any other. It holds for twelve hours. */
export async function ecrLogin(host: string): Promise<string | undefined> {
  const region = ecrRegion(host);
  if (region === undefined) return undefined;
  const { ECRClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
  const client = new ECRClient({ region });
  const { authorizationData } = await withClient(client, () => client.send(new GetAuthorizationTokenCommand({})));
  return Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString();
}

async function openS3(region: string) {
  const s3 = await import('@aws-sdk/client-s3');
  // A bucket's name in the path, since an address on this machine has no names under it; AWS takes both.
  const client = new s3.S3Client({ region, forcePathStyle: true });
  return { s3, client };
}

/** Puts an object where there is none of that key yet; whether it was put. Its bytes' sha256 travels with it and is checked. */
export async function putOnce(region: string, bucket: string, key: string, bytes: Uint8Array): Promise<boolean> {
  const { s3, client } = await openS3(region);
  return withClient(client, async () => {
    const there = await client.send(new s3.HeadObjectCommand({ Bucket: bucket, Key: key })).then(
      () => true,
      (error: Error) => {
        if (error.name === 'NotFound') return false;
        throw error;
      },
    );
    if (there) return false;
    const ChecksumSHA256 = createHash('sha256').update(bytes).digest('base64');
    await client.send(new s3.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: 'application/gzip', ChecksumSHA256 }));
    return true;
  });
}

/** Deletes every version of every object of a bucket; how many there were. */
export async function emptyBucket(region: string, bucket: string): Promise<number> {
  const { s3, client } = await openS3(region);
  const empty = async () => {
    for (let deleted = 0; ; ) {
      // The first page again and again: what was deleted is not listed any more.
      const page = await client.send(new s3.ListObjectVersionsCommand({ Bucket: bucket }));
      const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
      if (versions.length === 0) return deleted;
      const Objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
      const { Errors } = await client.send(new s3.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
      if (Errors?.[0]) throw new AwsError(`bucket ${bucket}: ${Errors[0].Key} could not be deleted (${Errors[0].Message})`);
      deleted += Objects.length;
    }
  };
  return withClient(client, empty, (error) => {
    if (error.name === 'NoSuchBucket') return 0;
    throw explain(error);
  });
}
