import type { CreateTransformJobCommandInput } from '@aws-sdk/client-sagemaker';
import { AwsError, explain, withClient } from '../aws.ts';
import { askSageMaker, type JobKind } from '../sagemaker.ts';
import type { JobState } from './engine.ts';
import { type InputFiles, type S3Place, urlOf } from './plan.ts';

/** Most objects that are listed: what a plan says of more is "at least". */
const MOST_LISTED = 50_000;
/** Where SageMaker logs transform jobs. */
const LOG_GROUP = '/aws/sagemaker/TransformJobs';
/** Most log events that are looked at, and most reasons that are shown. */
const MOST_EVENTS = 2_000;
const MOST_REASONS = 10;

const TRANSFORM: JobKind = {
  quota: 'transform job usage',
  missing: /Could not find|RecordWithin|does not exist|not found/i,
  none: 'job or model',
};

/** The objects below a place, without those that stand for folders. Throws an AwsError where they cannot be listed. */
export async function listInput(region: string, place: S3Place): Promise<InputFiles> {
  const s3 = await import('@aws-sdk/client-s3');
  const client = new s3.S3Client({ region, forcePathStyle: true });
  const list = async () => {
    const files: InputFiles = { keys: [], bytes: 0 };
    for await (const { Contents = [] } of s3.paginateListObjectsV2({ client }, { Bucket: place.bucket, Prefix: place.prefix })) {
      for (const { Key = '', Size = 0 } of Contents) {
        if (Key.endsWith('/')) continue;
        files.keys.push(Key);
        files.bytes += Size;
      }
      if (files.keys.length >= MOST_LISTED) break;
    }
    return files;
  };
  return withClient(client, list, (error) => {
    throw error.name === 'NoSuchBucket' ? new AwsError(`${urlOf(place)}: found no such bucket`) : explain(error);
  });
}

/** Starts a job. Throws an AwsError. */
export function startJob(region: string, job: CreateTransformJobCommandInput): Promise<void> {
  return askSageMaker(region, TRANSFORM, async (sdk, client) => void (await client.send(new sdk.CreateTransformJobCommand(job))));
}

/** Asks a job to stop; what it has written whole stays. Throws an AwsError. */
export function stopJob(region: string, name: string): Promise<void> {
  return askSageMaker(
    region,
    TRANSFORM,
    async (sdk, client) => void (await client.send(new sdk.StopTransformJobCommand({ TransformJobName: name }))),
  );
}

/** How a job is. Throws an AwsError where there is none of that name. */
export function describeJob(region: string, name: string): Promise<JobState> {
  return askSageMaker(region, TRANSFORM, async (sdk, client) => {
    const told = await client.send(new sdk.DescribeTransformJobCommand({ TransformJobName: name }));
    const from = told.TransformStartTime ?? told.CreationTime ?? new Date();
    return {
      status: told.TransformJobStatus ?? 'Unknown',
      reason: told.FailureReason,
      output: told.TransformOutput?.S3OutputPath ?? '',
      seconds: Math.max(0, ((told.TransformEndTime ?? new Date()).getTime() - from.getTime()) / 1_000),
    };
  });
}

/** Why a job failed, by its log: a sentence each, the first of them. None where the log cannot be read, and `problem` says why. */
export async function loggedReasons(region: string, name: string): Promise<{ reasons: string[]; problem?: string }> {
  const sdk = await import('@aws-sdk/client-cloudwatch-logs');
  const client = new sdk.CloudWatchLogsClient({ region, maxAttempts: 3 });
  const read = async () => {
    const messages: string[] = [];
    const asked = { logGroupName: LOG_GROUP, logStreamNamePrefix: `${name}/` };
    for await (const { events = [] } of sdk.paginateFilterLogEvents({ client }, asked)) {
      messages.push(...events.map(({ message = '' }) => message));
      if (messages.length >= MOST_EVENTS) break;
    }
    return { reasons: reasonsIn(messages) };
  };
  return withClient<typeof client, { reasons: string[]; problem?: string }>(client, read, ({ message }) => ({
    reasons: [],
    problem: `its log ${LOG_GROUP} could not be read (${message})`,
  }));
}

/**
 * The sentences in a job's log that say why it failed. SageMaker's own lines have `[sagemaker logs]: FILE: TEXT`, where a text may be the
 * container's answer; the container's lines are JSON, with `advice` or `error`.
 */
export function reasonsIn(messages: string[]): string[] {
  const reasons = messages.flatMap((message) => {
    const told = /\[sagemaker logs\]: (.*)$/s.exec(message)?.[1]?.trim();
    if (told !== undefined) {
      if (/^MaxConcurrentTransforms=|Message:$|:$/.test(told)) return [];
      const at = told.indexOf(': {');
      const detail = at === -1 ? undefined : textIn(told.slice(at + 2), 'detail');
      return [detail === undefined ? told : `${told.slice(0, at)}: ${detail}`];
    }
    const reason = textIn(message, 'advice') ?? textIn(message, 'error')?.split('\n')[0];
    return reason === undefined ? [] : [`the container: ${reason}`];
  });
  return [...new Set(reasons)].slice(0, MOST_REASONS);
}

/** A member of a JSON object, where it is a text. */
function textIn(json: string, name: string): string | undefined {
  try {
    const value = (JSON.parse(json) as Record<string, unknown> | null)?.[name];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
