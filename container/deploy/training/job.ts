import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { extract } from 'tar-stream';
import { replaceFile } from '../../../model/artifact/replace-file.ts';
import { AwsError, withClient } from '../aws.ts';
import { readS3Place } from '../batch/plan.ts';
import { askSageMaker, type JobKind } from '../sagemaker.ts';

/** A training job as SageMaker describes it. Times in seconds; `measures` by the names that its log has. */
export type TrainingState = {
  status: string;
  /** What it does at the moment: Starting, Downloading, Training, Uploading ... */
  step: string;
  reason: string | undefined;
  /** The address of model.tar.gz. */
  archive: string | undefined;
  image: string;
  seconds: number;
  measures: Record<string, number>;
};

/** SageMaker's names of jobs. */
const JOB_NAME = /^[a-zA-Z0-9](?:-?[a-zA-Z0-9]){0,62}$/;
/** Largest archive that is fetched, and largest artifact in it. */
const MOST_ARCHIVE = 2 ** 30;
const MOST_ARTIFACT = 2 ** 31;
/** Most bytes of an archive once it is unpacked; and those of them that may be no file's: heads, long names, padding, the end. */
const MOST_UNPACKED = MOST_ARCHIVE + MOST_ARTIFACT;
const MOST_HEADS = 2 ** 20;

export const TRAINING: JobKind = {
  quota: 'training job usage',
  missing: /Requested resource not found|Could not find|does not exist|not found/i,
  none: 'training job',
};

/** Starts a job. Throws an AwsError. */
export function startTraining(region: string, job: CreateTrainingJobCommandInput): Promise<void> {
  return askSageMaker(region, TRAINING, async (sdk, client) => void (await client.send(new sdk.CreateTrainingJobCommand(job))));
}

/** Asks a job to stop; it leaves no model. Throws an AwsError. */
export function stopTraining(region: string, name: string): Promise<void> {
  return askSageMaker(
    region,
    TRAINING,
    async (sdk, client) => void (await client.send(new sdk.StopTrainingJobCommand({ TrainingJobName: name }))),
  );
}

/** How a job is. Throws an AwsError where there is none of that name. */
export function describeTraining(region: string, name: string): Promise<TrainingState> {
  return askSageMaker(region, TRAINING, async (sdk, client) => {
    const told = await client.send(new sdk.DescribeTrainingJobCommand({ TrainingJobName: name }));
    const from = told.TrainingStartTime ?? told.CreationTime ?? new Date();
    const metrics = (told.FinalMetricDataList ?? []).map(({ MetricName = '', Value = Number.NaN }): [string, number] => [
      MetricName,
      Value,
    ]);
    return {
      status: told.TrainingJobStatus ?? 'Unknown',
      step: told.SecondaryStatus ?? '',
      reason: told.FailureReason,
      archive: told.ModelArtifacts?.S3ModelArtifacts,
      image: told.AlgorithmSpecification?.TrainingImage ?? '',
      seconds: Math.max(0, ((told.TrainingEndTime ?? new Date()).getTime() - from.getTime()) / 1_000),
      measures: Object.fromEntries(metrics),
    };
  });
}

/**
 * The model of a job that has ended well, as a file below `folder`. Throws an AwsError where the job has no model, or its archive is none
 * of ours.
 */
export async function fetchTrained(region: string, name: string, folder: string): Promise<{ file: string; state: TrainingState }> {
  // It becomes the name of a folder.
  if (!JOB_NAME.test(name)) throw new AwsError(`the job: found ${name}, expected letters, digits and hyphens, 63 at most`);
  const state = await describeTraining(region, name);
  const { status, reason, archive } = state;
  if (status !== 'Completed' || archive === undefined)
    throw new AwsError(`${name}: found it ${status}${reason === undefined ? '' : ` (${reason})`}, expected a job that has completed`);
  const file = path.join(folder, name, 'model.canopy');
  const artifact = await artifactIn(await bodyOf(region, archive), archive);
  mkdirSync(path.dirname(file), { recursive: true });
  replaceFile(file, artifact);
  return { file, state };
}

/** An object of S3, whole. */
async function bodyOf(region: string, url: string): Promise<Uint8Array> {
  const { bucket, prefix } = readS3Place('the archive', url);
  const s3 = await import('@aws-sdk/client-s3');
  const client = new s3.S3Client({ region, forcePathStyle: true });
  return withClient(client, async () => {
    const { Body, ContentLength = 0 } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: prefix }));
    if (ContentLength > MOST_ARCHIVE) throw new AwsError(`${url}: found ${ContentLength} bytes, expected at most ${MOST_ARCHIVE}`);
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  });
}

/** The artifact in a model.tar.gz. Throws an AwsError where there is none, or one too large. */
export async function artifactIn(archive: Uint8Array, label: string): Promise<Uint8Array> {
  const wrong = (found: string) => new AwsError(`${label}: found ${found}, expected an archive with model.canopy, as train leaves it`);
  const entries = extract();
  const found: Buffer[] = [];
  let ofFiles = 0;
  entries.on('entry', ({ name, size = 0 }, content, next) => {
    const isModel = path.posix.normalize(name) === 'model.canopy';
    if (isModel && size > MOST_ARTIFACT) {
      entries.destroy(wrong(`${size} bytes of model.canopy`));
      return;
    }
    content.on('data', (part: Buffer) => {
      ofFiles += part.length;
      if (isModel) found.push(part);
    });
    content.on('end', next);
  });
  // What is no file's is kept whole by the reader of archives, which takes its time with it.
  let unpacked = 0;
  const bounded = new Transform({
    transform(part: Buffer, _, next) {
      if (unpacked - ofFiles > MOST_HEADS) return next(wrong(`more than ${MOST_HEADS} bytes of heads of files`));
      unpacked += part.length;
      if (unpacked > MOST_UNPACKED) return next(wrong(`more than ${MOST_UNPACKED} unpacked bytes`));
      next(null, part);
    },
  });
  try {
    await pipeline(Readable.from([archive]), createGunzip(), bounded, entries);
  } catch (error) {
    throw error instanceof AwsError ? error : wrong((error as Error).message);
  }
  if (found.length === 0) throw wrong('no model.canopy');
  return Buffer.concat(found);
}
